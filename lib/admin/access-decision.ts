import type { AccessDecision, AccessGrant } from './access-policy.js';
import { unauthenticated, type ApiError } from './api-error.js';
import { noteActor } from './audit/request-actor.js';

/** The members that the responses of Express and Fastify share. */
export interface GuardedResponse {
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
}

/**
 * Enforces a decision of the host's access policy, and notes the actor that it names.
 *
 * @param result as the policy returned it
 * @param refusal the error for a caller who is known but not allowed
 * @throws {ApiError} 401 or 403
 */
export function enforce(
  result: AccessDecision | AccessGrant,
  request: object,
  response: GuardedResponse,
  refusal: () => ApiError,
): void {
  const decision = isGrant(result) ? result.decision : result;
  if (decision === 'granted') {
    if (isGrant(result)) noteActor(request, result.actor);
    return;
  }
  if (decision !== 'unauthenticated') throw refusal();
  // A host with another scheme sets this header itself, in a middleware.
  if (response.getHeader('www-authenticate') === undefined) response.header('www-authenticate', 'Bearer');
  throw unauthenticated();
}

/** The policy is the host's code, which may return anything. */
const isGrant = (result: unknown): result is AccessGrant => typeof result === 'object' && result !== null;
