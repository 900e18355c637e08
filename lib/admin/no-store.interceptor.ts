import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';

/** A method that the responses of Express and Fastify share, and two of Node's that are used only with Express. */
interface AnyResponse {
  header(name: string, value: string): unknown;
  writeHead?: (...args: unknown[]) => unknown;
  removeHeader?: (name: string) => void;
}

/**
 * Keeps responses out of caches, because some contain a signing secret. It also removes the ETag: by default, Express
 * computes one from the body.
 */
@Injectable()
export class NoStoreInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse<AnyResponse>();
    response.header('cache-control', 'no-store');
    const { writeHead } = response;
    // Express adds the ETag after the handler and before the head of the response is written. Fastify has no writeHead, and
    // adds no ETag.
    if (writeHead) {
      response.writeHead = (...args) => {
        response.removeHeader?.('etag');
        return writeHead.apply(response, args);
      };
    }
    return next.handle();
  }
}
