import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { WebhooksModuleExtras } from './webhooks.extras.js';
import type { WebhooksOptions } from './webhooks.options.js';
import { registration } from './webhooks.registration.js';

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
