import { type ArgumentsHost, Catch, HttpException, HttpStatus } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { Response } from 'express';
import { outageOf } from '../database/database-errors.js';
import { outageBody, RETRY_AFTER_SECONDS } from './outage.js';

/**
 * While the database is locked or cannot be reached, responds on every route with 503 and `retry-after` instead of 500. Adds
 * `retry-after` to every other 503. All other errors get Nest's own response.
 */
@Catch()
export class AppErrorFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const outage = error instanceof HttpException ? undefined : outageOf(error);
    if (outage === undefined && !isUnavailable(error)) return super.catch(error, host);
    // The response may have been sent in part, and the module's routes set the header themselves.
    if (!response.headersSent && !response.hasHeader('retry-after')) {
      response.header('retry-after', String(RETRY_AFTER_SECONDS));
    }
    super.catch(
      outage === undefined
        ? error
        : new HttpException(outageBody(outage), HttpStatus.SERVICE_UNAVAILABLE, { cause: error }),
      host,
    );
  }
}

const isUnavailable = (error: unknown): boolean =>
  error instanceof HttpException && error.getStatus() === Number(HttpStatus.SERVICE_UNAVAILABLE);
