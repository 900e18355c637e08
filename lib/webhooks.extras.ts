import type { CanActivate, InjectionToken, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { WebhooksAccessPolicy } from './admin/access-policy.js';
import type { WebhookNotificationListener } from './operations/notifications/notification-hub.js';
import type { KeyProvider } from './persistence/encryption-keys.js';

/** How the host gives something that the module calls: a class, an instance, or a provider as Nest has them, without the token. */
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

/** A policy may also be given as its one function. */
export type WebhooksAccessPolicyProvider = HostProvider<WebhooksAccessPolicy> | WebhooksAccessPolicy['check'];
export type WebhooksGuardProvider = HostProvider<CanActivate>;
export type WebhooksKeyProviderProvider = HostProvider<KeyProvider>;
/** A listener may also be given as its one function. */
export type WebhooksNotificationListenerProvider =
  HostProvider<WebhookNotificationListener> | WebhookNotificationListener['onNotification'];

/** What decides how the module is registered, and so must be known before anything can be injected. */
export interface WebhooksModuleExtras {
  /**
   * Tells this instance of the module from others of the same application: letters, digits, `_` and `-`. What it exports is injected by
   * `@InjectWebhookEmitter(name)` and `@InjectWebhooks(type, name)`. Default: none; one instance may be without a name.
   */
  name?: string;
  /** Who may use the admin API. Required unless `controllers` is false. */
  accessPolicy?: WebhooksAccessPolicyProvider;
  /**
   * Guards of the admin API's controllers, in the order in which they run: after your global guards, before the access
   * policy, which sees what they add to the request. They cannot grant access, only refuse. Default: none.
   */
  guards?: readonly WebhooksGuardProvider[];
  /** Where the keys for secrets at rest come from, instead of `encryption.keys`: a KMS, a vault. Default: none. */
  keyProvider?: WebhooksKeyProviderProvider;
  /** Called with what this process records: deliveries, failing transports, rotations. See `WebhookNotifications`. Default: none. */
  notificationListener?: WebhooksNotificationListenerProvider;
  /** Make the emitter injectable everywhere without importing the module. Default `false`. */
  isGlobal?: boolean;
  /** Prefix of the admin routes, e.g. `v2`. Default: none. */
  path?: string;
  /** Mount the admin API. Default `true`. */
  controllers?: boolean;
  /** Fan out and deliver in this process. Default `true`. */
  worker?: boolean;
  /** Name of the host's TypeORM data source. Default: the one without a name; if there is none either, the database of `database.url`. */
  dataSource?: string;
}
