import type { CanActivate, Provider } from '@nestjs/common';
import { InvalidOptionError } from './errors/start-up.errors.js';
import type { WebhooksModuleExtras } from './webhooks.extras.js';
import { providerOf } from './webhooks.host-provider.js';
import { WEBHOOKS_GUARDS } from './webhooks.tokens.js';

/**
 * Registers each guard of the host under its own token, so that Nest injects its dependencies and calls its lifecycle
 * hooks.
 *
 * @throws {InvalidOptionError} unless `guards` is a list of guards
 */
export function guardProviders(guards: WebhooksModuleExtras['guards'] = []): Provider[] {
  const isList: boolean = Array.isArray(guards);
  if (!isList)
    throw new InvalidOptionError('guards', guards, 'give a list of guards: classes, instances or providers.');
  const tokens = guards.map((_, index) => `${WEBHOOKS_GUARDS}:${index}`);
  return [
    ...guards.map((guard, index) => providerOf(tokens[index]!, `guards[${index}]`, 'canActivate', guard)),
    { provide: WEBHOOKS_GUARDS, useFactory: (...all: CanActivate[]) => all, inject: tokens },
  ];
}
