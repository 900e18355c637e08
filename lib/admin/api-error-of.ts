import { ConcurrentChangeError } from '../errors/database.errors.js';
import {
  DeliveriesHeldError,
  InvalidSigningSecretError,
  OriginBusyError,
  QuotaExceededError,
  RateLimitedError,
  RedeliveryRefusedError,
  RecoveryActiveError,
  TransportStateConflictError,
  UidTakenError,
} from '../errors/admin.errors.js';
import { UnknownActionError } from '../errors/emit.errors.js';
import { isBusy } from '../persistence/errors/driver-errors.js';
import { isTablesMissing } from '../persistence/errors/missing-tables.js';
import { isUnavailable } from '../persistence/errors/unavailable.js';
import {
  badRequest,
  conflict,
  databaseBusy,
  databaseUnavailable,
  tablesMissing,
  tooManyRequests,
} from './api-error.js';

/** Maps an error of a lower layer to one of the admin API; returns any other error unchanged. */
export function apiErrorOf(error: unknown): unknown {
  if (error instanceof InvalidSigningSecretError) return badRequest('INVALID_SIGNING_SECRET', error.message);
  // The error's own message is for the host's developer, not for the tenant's admin.
  if (error instanceof UnknownActionError)
    return badRequest('UNKNOWN_ACTION', 'action must be an action of the catalog');
  if (error instanceof UidTakenError) return conflict('UID_TAKEN', error.message);
  if (error instanceof QuotaExceededError) return conflict('QUOTA_EXCEEDED', error.message);
  if (error instanceof TransportStateConflictError)
    return conflict('TRANSPORT_STATE_CONFLICT', error.message);
  if (error instanceof RecoveryActiveError) return conflict('RECOVERY_ACTIVE', error.message);
  if (error instanceof ConcurrentChangeError) return conflict('CONCURRENT_CHANGE', error.message);
  if (error instanceof RedeliveryRefusedError) return conflict(error.refusal, error.message);
  if (error instanceof DeliveriesHeldError) return conflict('DELIVERIES_HELD', error.message);
  if (error instanceof RateLimitedError)
    return tooManyRequests('RATE_LIMITED', error.message, error.retryAfterMs);
  if (error instanceof OriginBusyError)
    return tooManyRequests('ORIGIN_BUSY', error.message, error.retryAfterMs);
  if (isTablesMissing(error)) return tablesMissing(error);
  if (isBusy(error)) return databaseBusy(error);
  if (isUnavailable(error)) return databaseUnavailable(error);
  return error;
}
