import { ConcurrentChangeError } from '../errors/concurrent-change.error.js';
import { DeliveriesHeldError } from '../errors/deliveries-held.error.js';
import { InvalidSigningSecretError } from '../errors/invalid-signing-secret.error.js';
import { OriginBusyError } from '../errors/origin-busy.error.js';
import { QuotaExceededError } from '../errors/quota-exceeded.error.js';
import { RateLimitedError } from '../errors/rate-limited.error.js';
import { TransportStateConflictError } from '../errors/transport-state-conflict.error.js';
import { UidTakenError } from '../errors/uid-taken.error.js';
import { UnknownActionError } from '../errors/unknown-action.error.js';
import { isBusy } from '../persistence/driver-errors.js';
import { isUnavailable } from '../persistence/unavailable.js';
import { badRequest, conflict, databaseBusy, databaseUnavailable, tooManyRequests } from './api-error.js';

/** An error of the rooms below in the terms of the admin API; any other comes back as it is. */
export function apiErrorOf(error: unknown): unknown {
  if (error instanceof InvalidSigningSecretError) return badRequest('INVALID_SIGNING_SECRET', error.message);
  // Its own message tells the host's developer what to do, not the tenant's admin.
  if (error instanceof UnknownActionError)
    return badRequest('UNKNOWN_ACTION', 'action must be an action of the catalog');
  if (error instanceof UidTakenError) return conflict('UID_TAKEN', error.message);
  if (error instanceof QuotaExceededError) return conflict('QUOTA_EXCEEDED', error.message);
  if (error instanceof TransportStateConflictError)
    return conflict('TRANSPORT_STATE_CONFLICT', error.message);
  if (error instanceof ConcurrentChangeError) return conflict('CONCURRENT_CHANGE', error.message);
  if (error instanceof DeliveriesHeldError) return conflict('DELIVERIES_HELD', error.message);
  if (error instanceof RateLimitedError)
    return tooManyRequests('RATE_LIMITED', error.message, error.retryAfterMs);
  if (error instanceof OriginBusyError)
    return tooManyRequests('ORIGIN_BUSY', error.message, error.retryAfterMs);
  if (isBusy(error)) return databaseBusy(error);
  if (isUnavailable(error)) return databaseUnavailable(error);
  return error;
}
