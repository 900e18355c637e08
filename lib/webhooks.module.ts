import { Module, type Provider } from '@nestjs/common';
import { ModuleNotConfiguredError } from './errors/module-not-configured.error.js';
import { EXPORTED } from './webhooks.instances.js';
import { ConfigurableModuleClass } from './webhooks.module-definition.js';

/** `imports: [WebhooksModule]` has no options. `forRoot` overrides these. */
const notConfigured = EXPORTED.map((provide): Provider => ({
  provide,
  useFactory: () => {
    throw new ModuleNotConfiguredError();
  },
}));

/**
 * Outgoing webhooks for a NestJS application on PostgreSQL or SQLite.
 *
 * ```ts
 * WebhooksModule.forRoot({ accessPolicy: MyAccessPolicy, path: 'v2', runMigrations: true })
 * ```
 *
 * It mounts the admin API, provides `WebhookEmitter`, and delivers in this process unless `worker` is false. It uses
 * the host's TypeORM data source only to learn where the database is, and to emit within the host's transactions; an application
 * without one gives `database: { url }`. Import it once;
 * an application with several databases or audiences gives each further instance a `name`.
 */
@Module({ providers: notConfigured, exports: EXPORTED })
export class WebhooksModule extends ConfigurableModuleClass {}
