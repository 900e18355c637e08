import { type ArgumentsHost, Catch, HttpException, HttpStatus } from '@nestjs/common';
import { WebhooksError } from 'nestjs-tillhook';
import { outageOf } from '../database/database-errors.js';
import { AppErrorFilter } from '../errors/app-error.filter.js';

/** The status of a refused emit if it is not 400. */
const STATUS_OF_CODE: Readonly<Record<string, { statusCode: number; error: string }>> = {
  EVENT_UID_CONFLICT: { statusCode: HttpStatus.CONFLICT, error: 'Conflict' },
  PAYLOAD_TOO_LARGE: { statusCode: HttpStatus.PAYLOAD_TOO_LARGE, error: 'Payload Too Large' },
};
const BAD_REQUEST = { statusCode: HttpStatus.BAD_REQUEST, error: 'Bad Request' };

/**
 * Responds with the code of a refused emit, in the format of the module's own routes. If the database is locked or cannot be
 * reached, `AppErrorFilter` responds, as on every other route.
 */
@Catch(WebhooksError)
export class WebhooksErrorFilter extends AppErrorFilter {
  override catch(error: WebhooksError, host: ArgumentsHost): void {
    if (outageOf(error) !== undefined) return super.catch(error, host);
    const { code, message } = error;
    const status = STATUS_OF_CODE[code] ?? BAD_REQUEST;
    super.catch(new HttpException({ ...status, code, message }, status.statusCode, { cause: error }), host);
  }
}
