import { WebhookNotVerifiedError } from '../errors/receiver.errors.js';
import type { VerifiedRequest } from './received-request.js';

/** A request that the guard has accepted, with the verified bytes. */
export interface VerifiedWebhookRequest extends VerifiedRequest {
  readonly body: Buffer;
}

/** Stored apart from the request object, where a parsed body or another guard could forge it. */
const verified = new WeakMap<object, VerifiedWebhookRequest>();

export function rememberVerified(request: object, webhook: VerifiedWebhookRequest): void {
  verified.set(request, webhook);
}

/** @throws {WebhookNotVerifiedError} if the guard has not verified the request */
export function verifiedOf(request: object, parameter: string): VerifiedWebhookRequest {
  const webhook = verified.get(request);
  if (!webhook) throw new WebhookNotVerifiedError(parameter);
  return webhook;
}
