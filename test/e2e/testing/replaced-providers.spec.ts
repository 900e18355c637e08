import 'reflect-metadata';
import { ModulesContainer } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebhooksModule } from 'nestjs-tillhook';
import { NotInTestsError, overrideWebhooks } from 'nestjs-tillhook/testing';
import { BearerPolicy } from '../../support/bearer-policy.js';
import { createMigratedDatabase } from '../../support/databases.js';
import type { TestDatabase } from '../../support/test-database.js';

/** Providers of the module that Nest calls at start or at the end, or that a factory makes, and that need no replacement. */
const KEPT = [
  'AdminPlatform',
  'NotificationHub',
  'ShutdownHookWatch',
  'nestjs-tillhook:Guards',
  'nestjs-tillhook:InstanceCheck',
  'nestjs-tillhook:ResolvedWebhooksOptions',
  'nestjs-tillhook:Telemetry',
];

const HOOKS = [
  'onModuleInit',
  'onApplicationBootstrap',
  'onModuleDestroy',
  'beforeApplicationShutdown',
  'onApplicationShutdown',
];

/**
 * Whether a provider may do something by itself. All others reach the database, the network and the clock through providers
 * that may; what they do with a replaced one throws `NotInTestsError`.
 */
const isActive = ({ instance, inject }: Wrapper): boolean =>
  Array.isArray(inject) ||
  HOOKS.some((hook) => typeof (instance as Record<string, unknown> | null)?.[hook] === 'function');

interface Wrapper {
  readonly instance: unknown;
  /** The injected providers of a factory; null: the provider is no factory. */
  readonly inject: readonly unknown[] | null;
}

/** Whether a provider was replaced by something that throws when it is called. */
function isReplaced(instance: unknown): boolean {
  if (typeof instance !== 'function') return false;
  try {
    (instance as () => unknown)();
    return false;
  } catch (error) {
    return error instanceof NotInTestsError;
  }
}

describe('overrideWebhooks', () => {
  let database: TestDatabase;
  let close: () => Promise<void>;
  let kept: string[];
  let replaced: string[];

  beforeAll(async () => {
    database = await createMigratedDatabase('sqlite');
    const webhooks = WebhooksModule.forRoot({
      accessPolicy: BearerPolicy,
      guards: [{ useValue: { canActivate: () => true } }],
      keyProvider: { useValue: { keys: () => [] } },
      notificationListener: { useValue: { onNotification: () => undefined } },
      path: 'v2',
    });
    const imports = [TypeOrmModule.forRoot(database.options), webhooks];
    const moduleRef = await overrideWebhooks(Test.createTestingModule({ imports })).compile();
    close = () => moduleRef.close();
    const module = [...moduleRef.get(ModulesContainer).values()].find(
      ({ metatype }) => metatype === WebhooksModule,
    )!;
    const providers = [...module.providers].map(([token, wrapper]) => ({
      name: typeof token === 'function' ? token.name : String(token),
      isActive: isActive(wrapper as unknown as Wrapper),
      isReplaced: isReplaced(wrapper.instance),
    }));
    kept = providers.filter((each) => each.isActive && !each.isReplaced).map(({ name }) => name);
    replaced = providers.filter((each) => each.isReplaced).map(({ name }) => name);
  });
  afterAll(async () => {
    await close();
    await database.drop();
  });

  it('replaces every provider that may do something by itself: add a new one to its list, or to KEPT here', () => {
    expect(kept.sort()).toEqual([...KEPT].sort());
  });

  it('replaces the database and the worker', () => {
    expect(replaced).toEqual(expect.arrayContaining(['nestjs-tillhook:Database', 'WebhooksWorker']));
  });
});
