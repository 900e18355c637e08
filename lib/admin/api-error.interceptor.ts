import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { WebhooksLogger } from '../operations/webhooks-logger.js';
import { apiErrorOf } from './api-error-of.js';
import { ApiError } from './api-error.js';

/** The members that the responses of Express and Fastify share. */
interface AnyResponse {
  header(name: string, value: string): unknown;
}

/** While the database is unreachable, every request fails, so the warning is limited to one per interval. */
const WARN_EVERY_MS = 15_000;

/** Maps errors of lower layers to those of the admin API, and sets `retry-after` if the client should retry. */
@Injectable()
export class ApiErrorInterceptor implements NestInterceptor {
  readonly #logger = new WebhooksLogger();
  #warnedAt = -Infinity;

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        const mapped = apiErrorOf(error);
        if (mapped instanceof ApiError) {
          if (mapped.retryAfterSeconds !== undefined) {
            const response = context.switchToHttp().getResponse<AnyResponse>();
            response.header('retry-after', String(mapped.retryAfterSeconds));
          }
          if (mapped.getStatus() === 503) this.#warn(mapped);
        }
        throw mapped;
      }),
    );
  }

  /** Logs the cause for the operator, because the response does not contain it. */
  #warn({ code, cause }: ApiError): void {
    const now = performance.now();
    if (now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now;
    this.#logger.warn(`A request to the admin API failed with 503 ${code}: ${textOf(cause)}`);
  }
}

/** If all addresses of a host name refuse the connection, the error has a code but no message. */
function textOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
