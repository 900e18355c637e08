// passport/app.module.ts
import { Injectable, Module } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { WebhooksModule, type AccessDecision, type WebhooksAccessPolicy } from 'nestjs-tillhook';
import { DatabaseModule } from '../shop.js';
import { AuthModule, type User } from './jwt.strategy.js';

/** Authenticates, and leaves requests without a valid token to the access policy. */
@Injectable()
export class OptionalJwtGuard extends AuthGuard('jwt') {
  override handleRequest<T>(error: unknown, user: T): T {
    if (error) throw error as Error;
    return (user || undefined) as T;
  }
}

@Injectable()
export class TenantAdminPolicy implements WebhooksAccessPolicy {
  check({ user }: { user?: User }, tenantUid: string): AccessDecision {
    if (!user) return 'unauthenticated';
    return user.tenantUid === tenantUid && user.roles.includes('Tenant.Admin') ? 'granted' : 'forbidden';
  }
}

@Module({
  imports: [
    DatabaseModule,
    AuthModule,
    WebhooksModule.forRoot({
      accessPolicy: TenantAdminPolicy,
      guards: [OptionalJwtGuard],
      runMigrations: true,
    }),
  ],
})
export class AppModule {}
