import type { InjectionToken, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { WebhooksAccessPolicy } from './admin/access-policy.js';

/** How the host gives its access policy: a class, or a provider as Nest has them, without the token. */
export type WebhooksAccessPolicyProvider =
  | Type<WebhooksAccessPolicy>
  | { useClass: Type<WebhooksAccessPolicy> }
  | { useExisting: InjectionToken }
  | { useValue: WebhooksAccessPolicy }
  | {
      useFactory: (...args: never[]) => WebhooksAccessPolicy | Promise<WebhooksAccessPolicy>;
      inject?: (InjectionToken | OptionalFactoryDependency)[];
    };

/** What decides how the module is registered, and so must be known before anything can be injected. */
export interface WebhooksModuleExtras {
  /** Who may use the admin API. Required unless `controllers` is false. */
  accessPolicy?: WebhooksAccessPolicyProvider;
  /** Make the emitter injectable everywhere without importing the module. Default `false`. */
  isGlobal?: boolean;
  /** Prefix of the admin routes, e.g. `v2`. Default: none. */
  path?: string;
  /** Mount the admin API. Default `true`. */
  controllers?: boolean;
  /** Fan out and deliver in this process. Default `true`. */
  worker?: boolean;
  /** Name of the host's TypeORM data source. Default: the one without a name. */
  dataSource?: string;
}
