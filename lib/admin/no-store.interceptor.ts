import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';

/** What the responses of Express and of Fastify have in common, and what Express's has of Node's. */
interface AnyResponse {
  header(name: string, value: string): unknown;
  writeHead?: (...args: unknown[]) => unknown;
  removeHeader?: (name: string) => void;
}

/**
 * Keeps answers out of caches, since some hold a signing secret. They have no ETag either: Express computes one from
 * the body, unless the whole application is set otherwise.
 */
@Injectable()
export class NoStoreInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse<AnyResponse>();
    response.header('cache-control', 'no-store');
    const { writeHead } = response;
    // Express adds the ETag between the handler and the head of the response. Fastify has no writeHead, and no ETags.
    if (writeHead) {
      response.writeHead = (...args) => {
        response.removeHeader?.('etag');
        return writeHead.apply(response, args);
      };
    }
    return next.handle();
  }
}
