import { Inject, Module, type InjectionToken, type Provider, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { HttpTransports } from './admin/from-code/http-transports.js';
import { WebhookAudit } from './admin/from-code/webhook-audit.js';
import { WebhookDeliveries } from './admin/from-code/webhook-deliveries.js';
import { WebhookOperations } from './admin/from-code/webhook-operations.js';
import { WebhookStatistics } from './admin/from-code/webhook-statistics.js';
import { WebhookEvents } from './admin/from-code/webhook-events.js';
import { WebhookTenants } from './admin/from-code/webhook-tenants.js';
import { WebhookRecoveries } from './admin/from-code/webhook-recoveries.js';
import { Webhooks } from './admin/from-code/webhooks.js';
import { WebhookEmitter } from './emitter/webhook-emitter.js';
import { DuplicateInstanceError } from './errors/start-up.errors.js';
import { EncryptionKeyRotation } from './operations/encryption/encryption-key-rotation.js';
import { WebhooksHealth } from './operations/health/health.js';
import { WebhooksHealthIndicator } from './operations/health/health-indicator.js';
import { WebhookNotifications } from './operations/notifications/webhook-notifications.js';
import { WebhookPortalLinks } from './portal/links/webhook-portal-links.js';
import { WEBHOOKS_INSTANCE, WEBHOOKS_INSTANCE_CHECK } from './webhooks.tokens.js';
import { WebhooksWorker } from './webhooks.worker.js';

/** The classes that a host may inject. */
export const EXPORTED: Type[] = [
  WebhookEmitter,
  WebhooksWorker,
  WebhooksHealth,
  WebhooksHealthIndicator,
  EncryptionKeyRotation,
  HttpTransports,
  Webhooks,
  WebhookDeliveries,
  WebhookStatistics,
  WebhookEvents,
  WebhookTenants,
  WebhookAudit,
  WebhookRecoveries,
  WebhookOperations,
  WebhookPortalLinks,
  WebhookNotifications,
];

/** The properties by which the instances of one application are distinguished. */
export interface WebhooksInstance {
  readonly name: string | undefined;
  /** Prefix of the admin routes; undefined: they are not mounted. */
  readonly path: string | undefined;
}

/**
 * The injection token of a class that an instance of the module exports.
 *
 * @param type e.g. `WebhooksHealth`
 * @param name of the instance, as passed to `forRoot`; default: the instance without a name
 */
export function getWebhooksToken(type: Type, name?: string): InjectionToken {
  return name === undefined ? type : `nestjs-tillhook:${type.name}:${name}`;
}

/** Injects a class that the instance with this name exports, such as `WebhooksHealth`. Default: the instance without a name. */
export const InjectWebhooks = (type: Type, name?: string): PropertyDecorator & ParameterDecorator =>
  Inject(getWebhooksToken(type, name));

/** Injects the `WebhookEmitter` of the instance with this name. Default: the instance without a name. */
export const InjectWebhookEmitter = (name?: string): PropertyDecorator & ParameterDecorator =>
  InjectWebhooks(WebhookEmitter, name);

/**
 * Creates a module class for a named instance, because Nest identifies modules, and the prefixes of their routes, by class.
 *
 * @returns the class, and the providers that make its exports available to other modules
 */
export function namedModule(name: string): { module: Type; aliases: Provider[]; exports: InjectionToken[] } {
  const module = class {};
  Object.defineProperty(module, 'name', { value: `WebhooksModule(${name})` });
  Module({})(module);
  const aliases = EXPORTED.map((type) => ({ provide: getWebhooksToken(type, name), useExisting: type }));
  return { module, aliases, exports: aliases.map(({ provide }) => provide) };
}

/** Refuses to start if Nest would mix up two instances. */
export const instanceCheck: Provider = {
  provide: WEBHOOKS_INSTANCE_CHECK,
  useFactory: (modules: ModulesContainer): void => assertDistinct(instancesIn(modules)),
  inject: [ModulesContainer],
};

function instancesIn(modules: ModulesContainer): WebhooksInstance[] {
  return [...modules.values()].flatMap(
    ({ providers }) => (providers.get(WEBHOOKS_INSTANCE)?.instance as WebhooksInstance | undefined) ?? [],
  );
}

/** @throws {DuplicateInstanceError} if two instances have the same name, or mount their routes at the same path */
export function assertDistinct(instances: readonly WebhooksInstance[]): void {
  const name = duplicateIn(instances.map((instance) => instance.name ?? ''));
  if (name !== undefined) {
    throw new DuplicateInstanceError(
      name === '' ? 'no name' : `the name "${name}"`,
      'give each further instance a name of its own, as in forRoot({ name: "reports", … }), and inject its emitter by @InjectWebhookEmitter("reports").',
    );
  }
  const path = duplicateIn(instances.flatMap((instance) => instance.path ?? []));
  if (path !== undefined) {
    throw new DuplicateInstanceError(
      `the path "${path}"`,
      'give each instance a path of its own, or set controllers: false on all but one, so that each request has one access policy.',
    );
  }
}

const duplicateIn = (texts: readonly string[]): string | undefined =>
  texts.find((text, index) => texts.indexOf(text) !== index);
