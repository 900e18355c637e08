import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { WebhooksModuleExtras } from './webhooks.extras.js';
import type { WebhooksOptions } from './webhooks.options.js';
import { registration } from './webhooks.registration.js';
import { WEBHOOKS_OPTIONS } from './webhooks.tokens.js';

/** Provides the options, as a class that is passed as `useClass` or `useExisting` to `forRootAsync`. */
export interface WebhooksOptionsFactory {
  createWebhooksOptions(): WebhooksOptions | Promise<WebhooksOptions>;
}

const NO_EXTRAS: WebhooksModuleExtras = {};

export const { ConfigurableModuleClass, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<WebhooksOptions>({
    // `registration` ensures that this token provides the checked options.
    optionsInjectionToken: WEBHOOKS_OPTIONS,
  })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createWebhooksOptions')
    .setExtras<WebhooksModuleExtras>(NO_EXTRAS, (definition, extras) => registration(definition, extras))
    .build();
