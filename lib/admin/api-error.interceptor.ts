import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { WebhooksLogger } from '../operations/webhooks-logger.js';
import { apiErrorOf } from './api-error-of.js';
import { ApiError } from './api-error.js';

/** What the responses of Express and of Fastify have in common. */
interface AnyResponse {
  header(name: string, value: string): unknown;
}

/** A database that is away fails every request: saying so once in a while is enough. */
const WARN_EVERY_MS = 15_000;

/** Answers what went wrong below as the admin API does, and says in `retry-after` when to ask again. */
@Injectable()
export class ApiErrorInterceptor implements NestInterceptor {
  readonly #logger = new WebhooksLogger();
  #warnedAt = -Infinity;

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        const answer = apiErrorOf(error);
        if (answer instanceof ApiError) {
          if (answer.retryAfterSeconds !== undefined) {
            const response = context.switchToHttp().getResponse<AnyResponse>();
            response.header('retry-after', String(answer.retryAfterSeconds));
          }
          if (answer.getStatus() === 503) this.#warn(answer);
        }
        throw answer;
      }),
    );
  }

  /** The answer keeps to itself what the operator has to know. */
  #warn({ code, cause }: ApiError): void {
    const now = performance.now();
    if (now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now;
    this.#logger.warn(`A request to the admin API was answered with 503 ${code}: ${textOf(cause)}`);
  }
}

/** Where every address of a name refuses, the error has no message but its code. */
function textOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
