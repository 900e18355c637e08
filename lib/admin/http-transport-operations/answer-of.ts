import { ConcurrentChangeError } from '../../errors/concurrent-change.error.js';
import { InvalidSigningSecretError } from '../../errors/invalid-signing-secret.error.js';
import { TransportStateConflictError } from '../../errors/transport-state-conflict.error.js';
import { badRequest, conflict, notFound } from '../api-error.js';

/**
 * What an operation on an http transport came to, in the terms of the admin API.
 *
 * @param operation resolves with undefined when the tenant has no such transport
 * @throws {ApiError} 400, 404 or 409
 */
export async function answerOf<Result>(operation: Promise<Result | undefined>): Promise<Result> {
  const result = await operation.catch((error: unknown) => {
    throw apiErrorOf(error);
  });
  if (result === undefined) throw notFound('HTTP_TRANSPORT');
  return result;
}

function apiErrorOf(error: unknown): unknown {
  if (error instanceof TransportStateConflictError)
    return conflict('TRANSPORT_STATE_CONFLICT', error.message);
  if (error instanceof ConcurrentChangeError) return conflict('CONCURRENT_CHANGE', error.message);
  if (error instanceof InvalidSigningSecretError) return badRequest('INVALID_SIGNING_SECRET', error.message);
  return error;
}
