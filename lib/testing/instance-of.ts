import type { Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { getWebhooksToken, type WebhooksInstance } from '../webhooks.instances.js';
import { WEBHOOKS_INSTANCE } from '../webhooks.tokens.js';

/** An app, a context or a testing module: an object with `get`. */
export interface ProviderSource {
  get(token: unknown, options: { strict: false }): unknown;
}

/**
 * A class that an instance of the module exports. Nest finds a class anywhere in the app, even in another instance, so the
 * named instance is looked up first.
 *
 * @param name of the instance; undefined: the instance without a name
 * @throws the error of Nest if there is none
 */
export function instanceOf<T>(app: ProviderSource, type: Type<T>, name: string | undefined): T {
  const modules = app.get(ModulesContainer, { strict: false }) as ModulesContainer;
  for (const { providers } of modules.values()) {
    const instance = providers.get(WEBHOOKS_INSTANCE)?.instance as WebhooksInstance | undefined;
    if (instance?.name === name && instance !== undefined) return providers.get(type)!.instance as T;
  }
  return app.get(getWebhooksToken(type, name), { strict: false }) as T;
}
