import { HttpStatus } from '@nestjs/common';
import type { DatabaseOutage } from '../database/database-errors.js';

/** Recovery time is unknown, so clients are told to retry after 1 s. */
export const RETRY_AFTER_SECONDS = 1;

const MESSAGES: Readonly<Record<DatabaseOutage, string>> = {
  busy: 'The database is busy: a lock was held for too long. Nothing was changed. Send the request again.',
  unavailable: 'The database cannot be reached. Send the request again later.',
};

/** The body of a 503, in the shape that the module's own routes have. */
export const outageBody = (outage: DatabaseOutage) => ({
  statusCode: HttpStatus.SERVICE_UNAVAILABLE,
  error: 'Service Unavailable',
  code: outage === 'busy' ? 'DATABASE_BUSY' : 'DATABASE_UNAVAILABLE',
  message: MESSAGES[outage],
});
