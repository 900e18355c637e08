import type { CanActivate, DynamicModule, InjectionToken, Provider } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { adminControllers, adminProviders } from './admin/registration.js';
import { InvalidOptionError } from './errors/invalid-option.error.js';
import type { HostProvider, WebhooksModuleExtras } from './webhooks.extras.js';
import { resolveOptions, type WebhooksOptions } from './webhooks.options.js';
import {
  HOST_DATA_SOURCE,
  WEBHOOKS_ACCESS_POLICY,
  WEBHOOKS_GUARDS,
  WEBHOOKS_KEY_PROVIDER,
  WEBHOOKS_NOTIFICATION_LISTENER,
  WEBHOOKS_OPENS_SECRETS,
  WEBHOOKS_OPTIONS,
  WEBHOOKS_WORKER_ENABLED,
} from './webhooks.tokens.js';

/**
 * Adds to the module what its extras ask for.
 *
 * @throws {InvalidOptionError} when the admin API is to be mounted and nothing says who may use it
 */
export function registration(definition: DynamicModule, extras: WebhooksModuleExtras): DynamicModule {
  const { isGlobal = false, path, controllers = true, worker = true } = extras;
  return {
    ...definition,
    global: isGlobal,
    imports: [
      ...(definition.imports ?? []),
      ...(controllers && path ? [RouterModule.register([{ path, module: definition.module }])] : []),
    ],
    controllers: controllers ? adminControllers : [],
    providers: [
      ...(definition.providers ?? []).map(checkingOptions),
      {
        provide: HOST_DATA_SOURCE,
        useFactory: (dataSource: DataSource) => dataSource,
        inject: [getDataSourceToken(extras.dataSource)],
      },
      { provide: WEBHOOKS_WORKER_ENABLED, useValue: worker },
      { provide: WEBHOOKS_OPENS_SECRETS, useValue: worker || controllers },
      ...(extras.keyProvider ? [provided(WEBHOOKS_KEY_PROVIDER, extras.keyProvider)] : []),
      listener(extras.notificationListener),
      ...adminProviders,
      ...(controllers ? [accessPolicy(extras.accessPolicy), ...guardsOf(extras.guards)] : []),
    ],
  };
}

function accessPolicy(policy: WebhooksModuleExtras['accessPolicy']): Provider {
  if (policy === undefined) {
    throw new InvalidOptionError(
      'accessPolicy',
      policy,
      'give a class or provider that implements WebhooksAccessPolicy and says who may administer a tenant, or controllers: false for a process without the admin API.',
    );
  }
  return provided(WEBHOOKS_ACCESS_POLICY, policy);
}

/** Each guard has a token of its own, so that Nest injects its dependencies and calls its lifecycle hooks. */
function guardsOf(guards: WebhooksModuleExtras['guards'] = []): Provider[] {
  const isList: boolean = Array.isArray(guards);
  if (!isList) throw new InvalidOptionError('guards', guards, 'give a list of guards: classes or providers.');
  const each = guards.map((guard, index) => provided(`${WEBHOOKS_GUARDS}:${index}`, guard));
  const tokens = guards.map((_, index) => `${WEBHOOKS_GUARDS}:${index}`);
  return [...each, { provide: WEBHOOKS_GUARDS, useFactory: (...all: CanActivate[]) => all, inject: tokens }];
}

const listener = (given: WebhooksModuleExtras['notificationListener']): Provider =>
  given
    ? provided(WEBHOOKS_NOTIFICATION_LISTENER, given)
    : { provide: WEBHOOKS_NOTIFICATION_LISTENER, useValue: null };

/** The options are checked where they enter, so that no provider holds keys in a form that shows them. */
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
    useFactory: async (...args: unknown[]) => resolveOptions((await useFactory(...args)) as WebhooksOptions),
  };
}

const provided = <T>(token: InjectionToken, provider: HostProvider<T>): Provider =>
  typeof provider === 'function'
    ? { provide: token, useClass: provider }
    : ({ provide: token, ...provider } as Provider);
