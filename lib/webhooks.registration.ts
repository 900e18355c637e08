import type { DynamicModule, Provider } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { adminControllers, adminProviders, adminServices } from './admin/registration.js';
import {
  portalApiControllers,
  portalControllers,
  portalProviders,
  portalServices,
} from './portal/registration.js';
import {
  accessPolicyProvider,
  checkExtras,
  guardProviders,
  keyProviders,
  listenerProvider,
  type WebhooksModuleExtras,
} from './webhooks.extras.js';
import { instanceCheck, namedModule, type WebhooksInstance } from './webhooks.instances.js';
import { checkAsyncNames, checkNames, checkReturnedNames } from './webhooks.option-names.js';
import type { WebhooksOptions } from './webhooks.options.js';
import { coreProviders, hostDataSource } from './webhooks.providers.js';
import { resolveOptions } from './webhooks.resolved-options.js';
import {
  WEBHOOKS_INSTANCE,
  WEBHOOKS_USES_SECRETS,
  WEBHOOKS_OPTIONS,
  WEBHOOKS_PATH,
  WEBHOOKS_WORKER_ENABLED,
} from './webhooks.tokens.js';

/**
 * Configures the module according to its extras.
 *
 * @throws {InvalidOptionError} for an unknown option, and if the admin API is to be mounted without an access policy
 */
export function registration(definition: DynamicModule, extras: WebhooksModuleExtras): DynamicModule {
  const isAsync = !definition.providers?.some(isGivenOptions);
  (isAsync ? checkAsyncNames : checkNames)(extras);
  checkExtras(extras);
  const { name, isGlobal = false, path = '', controllers = true, worker = true } = extras;
  const { portal = false, operatorPortal = false } = extras;
  const apiControllers = [...adminControllers, ...portalApiControllers(portal)];
  const named = name === undefined ? undefined : namedModule(name);
  const module = named?.module ?? definition.module;
  const instance: WebhooksInstance = { name, path: controllers ? path : undefined };
  return {
    ...definition,
    module,
    global: isGlobal,
    imports: [
      ...(definition.imports ?? []),
      ...(controllers && path ? [RouterModule.register([{ path, module }])] : []),
    ],
    controllers: controllers ? [...apiControllers, ...portalControllers({ portal, operatorPortal })] : [],
    providers: [
      ...(definition.providers ?? []).map(checkingOptions),
      { provide: WEBHOOKS_INSTANCE, useValue: instance },
      instanceCheck,
      hostDataSource(extras.dataSource),
      { provide: WEBHOOKS_WORKER_ENABLED, useValue: worker },
      { provide: WEBHOOKS_USES_SECRETS, useValue: worker || controllers },
      ...keyProviders(extras.keyProvider),
      listenerProvider(extras.notificationListener),
      ...coreProviders,
      ...adminServices,
      ...portalServices,
      ...(controllers
        ? [
            accessPolicyProvider(extras.accessPolicy),
            ...guardProviders(extras.guards),
            { provide: WEBHOOKS_PATH, useValue: path },
            ...adminProviders(apiControllers),
            ...portalProviders({ portal, operatorPortal }),
          ]
        : []),
      ...(named?.aliases ?? []),
    ],
    exports: named?.exports ?? [],
  };
}

const isGivenOptions = (provider: Provider): boolean =>
  typeof provider !== 'function' && provider.provide === WEBHOOKS_OPTIONS && 'useValue' in provider;

/** Checks the options before they are provided, so that no provider holds keys in a form that shows them. */
function checkingOptions(provider: Provider): Provider {
  if (typeof provider === 'function' || provider.provide !== WEBHOOKS_OPTIONS) return provider;
  if ('useValue' in provider) {
    const options = provider.useValue as WebhooksOptions;
    return { provide: WEBHOOKS_OPTIONS, useFactory: () => resolveOptions(options) };
  }
  if (!('useFactory' in provider)) return provider;
  const { useFactory, ...same } = provider;
  return {
    ...same,
    useFactory: async (...args: unknown[]) => {
      const options = ((await useFactory(...args)) ?? {}) as WebhooksOptions;
      checkReturnedNames(options);
      return resolveOptions(options);
    },
  };
}
