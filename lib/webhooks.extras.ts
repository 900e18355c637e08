import type { CanActivate, InjectionToken, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { WebhooksAccessPolicy } from './admin/access-policy.js';
import type { WebhookNotificationListener } from './operations/notifications/notification-hub.js';
import type { KeyProvider } from './secrets/encryption-keys.js';

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
   * Name of this instance of the module, if the application has several: letters, digits, `_` and `-`. Inject its exports
   * with `@InjectWebhookEmitter(name)` and `@InjectWebhooks(type, name)`. Default: none; one instance may have no name.
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
   * Called with the notifications of this process: deliveries, failing transports, rotations. See `WebhookNotifications`.
   * Default: none.
   */
  notificationListener?: WebhooksNotificationListenerProvider;
  /** Whether other modules can inject the exported classes without importing this module. Default `false`. */
  isGlobal?: boolean;
  /** Prefix of the admin routes, e.g. `v2`. Default: none. */
  path?: string;
  /** Whether to mount the admin API. Default `true`. */
  controllers?: boolean;
  /** Whether this process fans out events and sends deliveries. Default `true`. */
  worker?: boolean;
  /** Name of the host's TypeORM data source. Default: the data source without a name; if there is none, the database of `database.url`. */
  dataSource?: string;
}
