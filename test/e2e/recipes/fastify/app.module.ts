// fastify/app.module.ts
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, Module, type MiddlewareConsumer, type NestMiddleware } from '@nestjs/common';
import { WebhooksModule, type AccessDecision, type WebhooksAccessPolicy } from 'nestjs-tillhook';
import { DatabaseModule } from '../shop.js';

interface User {
  readonly tenantUid: string;
}

@Injectable()
export class SessionMiddleware implements NestMiddleware {
  use(request: IncomingMessage & { user?: User }, _response: ServerResponse, next: () => void): void {
    const session = request.headers['x-session'];
    if (session === 'session-of-7') request.user = { tenantUid: '7' }; // your session check
    next();
  }
}

/** Express: the middleware's request is the policy's. Fastify: it is the policy's `raw`. */
@Injectable()
export class SessionPolicy implements WebhooksAccessPolicy {
  check(request: { user?: User; raw?: { user?: User } }, tenantUid: string): AccessDecision {
    const user = request.user ?? request.raw?.user;
    if (!user) return 'unauthenticated';
    return user.tenantUid === tenantUid ? 'granted' : 'forbidden';
  }
}

@Module({
  imports: [DatabaseModule, WebhooksModule.forRoot({ accessPolicy: SessionPolicy, runMigrations: true })],
})
export class AppModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(SessionMiddleware).forRoutes('{*path}');
  }
}
