import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { InjectionToken, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { WebhooksAccessPolicy } from './admin/access-policy.js';
import type { WebhooksOptions } from './webhooks.options.js';
import { registration } from './webhooks.registration.js';

/** How the host gives its access policy: a class, or a provider as Nest has them, without the token. */
export type WebhooksAccessPolicyProvider =
  | Type<WebhooksAccessPolicy>
  | { useClass: Type<WebhooksAccessPolicy> }
  | { useExisting: InjectionToken }
  | { useValue: WebhooksAccessPolicy }
  | {
      useFactory: (...args: never[]) => WebhooksAccessPolicy | Promise<WebhooksAccessPolicy>;
      inject?: (InjectionToken | OptionalFactoryDependency)[];
    };

/** What decides how the module is registered, and so must be known before anything can be injected. */
export interface WebhooksModuleExtras {
  /** Who may use the admin API. Required unless `controllers` is false. */
  accessPolicy?: WebhooksAccessPolicyProvider;
  /** Make the emitter injectable everywhere without importing the module. Default `false`. */
  isGlobal?: boolean;
  /** Prefix of the admin routes, e.g. `v2`. Default: none. */
  path?: string;
  /** Mount the admin API. Default `true`. */
  controllers?: boolean;
  /** Fan out and deliver in this process. Default `true`. */
  worker?: boolean;
  /** Name of the host's TypeORM data source. Default: the one without a name. */
  dataSource?: string;
}

/** What a class given as `useClass` or `useExisting` to `forRootAsync` provides. */
export interface WebhooksOptionsFactory {
  createWebhooksOptions(): WebhooksOptions | Promise<WebhooksOptions>;
}

const NO_EXTRAS: WebhooksModuleExtras = {};

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: WEBHOOKS_MODULE_OPTIONS,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<WebhooksOptions>({
  optionsInjectionToken: 'nestjs-tillhook:WebhooksOptions',
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createWebhooksOptions')
  .setExtras<WebhooksModuleExtras>(NO_EXTRAS, (definition, extras) => registration(definition, extras))
  .build();
