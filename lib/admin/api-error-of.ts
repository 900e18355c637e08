import { ConcurrentChangeError } from '../errors/concurrent-change.error.js';
import { InvalidSigningSecretError } from '../errors/invalid-signing-secret.error.js';
import { QuotaExceededError } from '../errors/quota-exceeded.error.js';
import { TransportStateConflictError } from '../errors/transport-state-conflict.error.js';
import { UidTakenError } from '../errors/uid-taken.error.js';
import { badRequest, conflict } from './api-error.js';

/** An error of the rooms below in the terms of the admin API; any other comes back as it is. */
export function apiErrorOf(error: unknown): unknown {
  if (error instanceof InvalidSigningSecretError) return badRequest('INVALID_SIGNING_SECRET', error.message);
  if (error instanceof UidTakenError) return conflict('UID_TAKEN', error.message);
  if (error instanceof QuotaExceededError) return conflict('QUOTA_EXCEEDED', error.message);
  if (error instanceof TransportStateConflictError)
    return conflict('TRANSPORT_STATE_CONFLICT', error.message);
  if (error instanceof ConcurrentChangeError) return conflict('CONCURRENT_CHANGE', error.message);
  return error;
}
