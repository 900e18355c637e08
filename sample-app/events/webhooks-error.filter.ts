import { type ArgumentsHost, Catch, type ExceptionFilter, HttpStatus } from '@nestjs/common';
import type { Response } from 'express';
import { WebhooksError } from 'nestjs-tillhook';

/** What a refused emit is answered with where that is not 400. */
const STATUS_OF_CODE: Readonly<Record<string, { statusCode: number; error: string }>> = {
  EVENT_UID_CONFLICT: { statusCode: HttpStatus.CONFLICT, error: 'Conflict' },
  PAYLOAD_TOO_LARGE: { statusCode: HttpStatus.PAYLOAD_TOO_LARGE, error: 'Payload Too Large' },
  DATABASE_BUSY: { statusCode: HttpStatus.SERVICE_UNAVAILABLE, error: 'Service Unavailable' },
};
const BAD_REQUEST = { statusCode: HttpStatus.BAD_REQUEST, error: 'Bad Request' };

/** Answers with the code of a refused emit, in the same shape as the module's own routes. */
@Catch(WebhooksError)
export class WebhooksErrorFilter implements ExceptionFilter<WebhooksError> {
  catch({ code, message }: WebhooksError, host: ArgumentsHost): void {
    const { statusCode, error } = STATUS_OF_CODE[code] ?? BAD_REQUEST;
    host.switchToHttp().getResponse<Response>().status(statusCode).json({ statusCode, error, code, message });
  }
}
