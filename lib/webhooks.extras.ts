import type { CanActivate, InjectionToken, OptionalFactoryDependency, Provider, Type } from '@nestjs/common';
import type { WebhooksAccessPolicy } from './admin/access-policy.js';
import { InvalidOptionError } from './errors/start-up.errors.js';
import type { WebhookNotificationListener } from './operations/notifications/notification-hub.js';
import type { OperatorPortalOptions, PortalOptions } from './portal/portal-options.js';
import type { KeyProvider } from './secrets/encryption-keys.js';
import {
  WEBHOOKS_ACCESS_POLICY,
  WEBHOOKS_GUARDS,
  WEBHOOKS_KEY_PROVIDER,
  WEBHOOKS_NOTIFICATION_LISTENER,
} from './webhooks.tokens.js';

/** A class, an instance, or a Nest provider without a token, for something that the module calls. */
export type HostProvider<T> =
  | Type<T>
  | T
  | { useClass: Type<T> }
  | { useExisting: InjectionToken }
  | { useValue: T }
  | {
      useFactory: (...args: never[]) => T | Promise<T>;
      inject?: (InjectionToken | OptionalFactoryDependency)[];
    };

/** A policy may also be given as a function: its method `check`. */
export type WebhooksAccessPolicyProvider = HostProvider<WebhooksAccessPolicy> | WebhooksAccessPolicy['check'];
export type WebhooksGuardProvider = HostProvider<CanActivate>;
export type WebhooksKeyProviderProvider = HostProvider<KeyProvider>;
/** A listener may also be given as a function: its only method. */
export type WebhooksNotificationListenerProvider =
  HostProvider<WebhookNotificationListener> | WebhookNotificationListener['onNotification'];

/** Options that decide how the module is registered, and must therefore be known before anything can be injected. */
export interface WebhooksModuleExtras {
  /**
   * Name of this instance of the module, if the application has several: 1 to 64 letters, digits, `_` or `-`. Inject its
   * exports with `@InjectWebhookEmitter(name)` and `@InjectWebhooks(type, name)`. Default: none; one instance may have no name.
   */
  name?: string;
  /** Decides who may use the admin API. Required unless `controllers` is false. */
  accessPolicy?: WebhooksAccessPolicyProvider;
  /**
   * Guards of the admin API's controllers, in the order in which they run: after your global guards, and before the access
   * policy, which sees the properties that they add to the request. Guards cannot grant access, only refuse it. Default: none.
   */
  guards?: readonly WebhooksGuardProvider[];
  /** Provides the keys for secrets at rest instead of `encryption.keys`, for example from a KMS or a vault. Default: none. */
  keyProvider?: WebhooksKeyProviderProvider;
  /**
   * Called with the notifications of this process, about deliveries, transports, secrets, quotas and recoveries. See
   * `WebhookNotifications`. Default: none.
   */
  notificationListener?: WebhooksNotificationListenerProvider;
  /** Whether other modules can inject the exported classes without importing this module. Default `false`. */
  isGlobal?: boolean;
  /** Prefix of the admin routes, e.g. `v2`. Default: none. */
  path?: string;
  /** Whether to mount the admin API. Default `true`. */
  controllers?: boolean;
  /**
   * Whether to serve the portal, a web page for tenants' admins, under `<path>/portal`; an object sets its look, who may embed
   * it, and whether cookies sign users in. The portal needs the admin API. Default `false`.
   */
  portal?: boolean | PortalOptions;
  /**
   * Whether to serve the operator console, a web page for the people who run the application, under `<path>/operatorportal`; an
   * object sets its look, who may embed it, and whether cookies sign users in. The console uses the operator routes, so the
   * access policy needs `checkOperator`. Default `false`.
   */
  operatorPortal?: boolean | OperatorPortalOptions;
  /** Whether this process fans out events and sends deliveries. Default `true`. */
  worker?: boolean;
  /** Name of the host's TypeORM data source. Default: the data source without a name; if there is none, the database of `database.url`. */
  dataSource?: string;
}

type ExtraName = keyof Required<WebhooksModuleExtras>;
type ExtraKind = 'name' | 'flag' | 'flagOrObject' | 'text' | 'provider';

const KINDS: Readonly<Record<ExtraName, ExtraKind>> = {
  name: 'name',
  accessPolicy: 'provider',
  guards: 'provider',
  keyProvider: 'provider',
  notificationListener: 'provider',
  isGlobal: 'flag',
  path: 'text',
  controllers: 'flag',
  portal: 'flagOrObject',
  operatorPortal: 'flagOrObject',
  worker: 'flag',
  dataSource: 'text',
};

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
/** Whether a value is of a kind, and the remedy if it is not. `providerOf` checks providers. */
const CHECKS: Readonly<Record<ExtraKind, readonly [isValid: (value: unknown) => boolean, remedy: string]>> = {
  name: [
    (value) => typeof value === 'string' && NAME.test(value),
    'use 1 to 64 letters, digits, "_" or "-".',
  ],
  flag: [(value) => typeof value === 'boolean', 'set true or false.'],
  flagOrObject: [
    (value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null),
    'set true or false, or give an object of options.',
  ],
  text: [(value) => typeof value === 'string', 'give a string.'],
  provider: [() => true, ''],
};

export const EXTRA_NAMES = Object.keys(KINDS) as ExtraName[];

/** @throws {InvalidOptionError} for a value that Nest would misinterpret, e.g. `worker: 'false'` */
export function checkExtras(extras: WebhooksModuleExtras): void {
  for (const name of EXTRA_NAMES) {
    const [isValid, remedy] = CHECKS[KINDS[name]];
    const value: unknown = extras[name];
    if (value !== undefined && !isValid(value)) throw new InvalidOptionError(name, value, remedy);
  }
}

/** @throws {InvalidOptionError} if no policy is given, or the given value is not a policy */
export function accessPolicyProvider(policy: WebhooksModuleExtras['accessPolicy']): Provider {
  if (policy === undefined) {
    throw new InvalidOptionError(
      'accessPolicy',
      policy,
      'give a class, function or provider that implements WebhooksAccessPolicy and decides who may administer a tenant, or controllers: false for a process without the admin API.',
    );
  }
  return providerOf(WEBHOOKS_ACCESS_POLICY, 'accessPolicy', 'check', policy);
}

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

/** @throws {InvalidOptionError} if it is not a provider of keys */
export const keyProviders = (keyProvider: WebhooksModuleExtras['keyProvider']): Provider[] =>
  keyProvider ? [providerOf(WEBHOOKS_KEY_PROVIDER, 'keyProvider', 'keys', keyProvider)] : [];

/** @throws {InvalidOptionError} if it is not a listener */
export const listenerProvider = (listener: WebhooksModuleExtras['notificationListener']): Provider =>
  listener === undefined
    ? { provide: WEBHOOKS_NOTIFICATION_LISTENER, useValue: null }
    : providerOf<WebhookNotificationListener>(
        WEBHOOKS_NOTIFICATION_LISTENER,
        'notificationListener',
        'onNotification',
        listener as HostProvider<WebhookNotificationListener>,
      );

const PROVIDER_FORMS = ['useClass', 'useExisting', 'useValue', 'useFactory'];

/**
 * Creates the Nest provider for a value of the host: a class, a provider without a token, an instance, or, if only one
 * method is needed, a function.
 *
 * @param option its name, for the message
 * @param method the method that it must have
 * @throws {InvalidOptionError} if the value is none of these
 */
function providerOf<T>(
  token: InjectionToken,
  option: string,
  method: string,
  given: HostProvider<T>,
): Provider {
  if (typeof given === 'function') {
    return isClass(given, method)
      ? { provide: token, useClass: given as Type<T> }
      : { provide: token, useValue: { [method]: given } };
  }
  if (typeof given === 'object' && given !== null) {
    if (PROVIDER_FORMS.some((form) => form in given)) return { provide: token, ...given } as Provider;
    const member: unknown = (given as Record<string, unknown>)[method];
    if (typeof member === 'function') return { provide: token, useValue: given };
  }
  throw new InvalidOptionError(
    option,
    given,
    `give a class with a method ${method}(), an instance of one, the function itself, or { useClass | useExisting | useValue | useFactory }.`,
  );
}

/** A class may define the method as a property, so checking its prototype is not enough. */
const isClass = (given: object, method: string): boolean =>
  Function.prototype.toString.call(given).startsWith('class') ||
  typeof (given as { prototype?: Record<string, unknown> }).prototype?.[method] === 'function';
