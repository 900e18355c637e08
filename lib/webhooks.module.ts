import { ConfigurableModuleBuilder, Module, type Provider } from '@nestjs/common';
import { ModuleNotConfiguredError } from './errors/start-up.errors.js';
import type { WebhooksModuleExtras } from './webhooks.extras.js';
import { EXPORTED } from './webhooks.instances.js';
import type { WebhooksOptions } from './webhooks.options.js';
import { registration } from './webhooks.registration.js';
import { WEBHOOKS_OPTIONS } from './webhooks.tokens.js';

/** Provides the options, as a class that is passed as `useClass` or `useExisting` to `forRootAsync`. */
export interface WebhooksOptionsFactory {
  createWebhooksOptions(): WebhooksOptions | Promise<WebhooksOptions>;
}

const NO_EXTRAS: WebhooksModuleExtras = {};

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<WebhooksOptions>({
  // `registration` ensures that this token provides the checked options.
  optionsInjectionToken: WEBHOOKS_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createWebhooksOptions')
  .setExtras<WebhooksModuleExtras>(NO_EXTRAS, (definition, extras) => registration(definition, extras))
  .build();

/** For `imports: [WebhooksModule]`, which has no options. `forRoot` overrides these providers. */
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
 * It mounts the admin API, provides `WebhookEmitter`, and delivers in this process unless `worker` is false. It uses the
 * host's TypeORM data source only to locate the database, and to emit within the host's transactions. In an application
 * without a data source, set `database: { url }`. Import the module once. If an application needs several instances, for example
 * for several databases or access policies, give each further instance a `name`.
 */
@Module({ providers: notConfigured, exports: EXPORTED })
export class WebhooksModule extends ConfigurableModuleClass {}
