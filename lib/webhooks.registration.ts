import type { DynamicModule, Provider } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { adminControllers, adminProviders } from './admin/registration.js';
import { InvalidOptionError } from './errors/invalid-option.error.js';
import type { WebhooksAccessPolicyProvider, WebhooksModuleExtras } from './webhooks.extras.js';
import { HOST_DATA_SOURCE, WEBHOOKS_ACCESS_POLICY, WEBHOOKS_WORKER_ENABLED } from './webhooks.tokens.js';

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
      ...(definition.providers ?? []),
      {
        provide: HOST_DATA_SOURCE,
        useFactory: (dataSource: DataSource) => dataSource,
        inject: [getDataSourceToken(extras.dataSource)],
      },
      { provide: WEBHOOKS_WORKER_ENABLED, useValue: worker },
      ...(controllers ? [accessPolicyProvider(extras.accessPolicy), ...adminProviders] : []),
    ],
  };
}

function accessPolicyProvider(policy: WebhooksAccessPolicyProvider | undefined): Provider {
  if (policy === undefined) {
    throw new InvalidOptionError(
      'accessPolicy',
      policy,
      'give a class or provider that implements WebhooksAccessPolicy and says who may administer a tenant, or controllers: false for a process without the admin API.',
    );
  }
  return typeof policy === 'function'
    ? { provide: WEBHOOKS_ACCESS_POLICY, useClass: policy }
    : ({ provide: WEBHOOKS_ACCESS_POLICY, ...policy } as Provider);
}
