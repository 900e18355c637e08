/** Injection tokens. They are strings, so that the ESM and the CommonJS build in one process agree on them. */
export const WEBHOOKS_OPTIONS = 'nestjs-tillhook:ResolvedWebhooksOptions';
export const WEBHOOKS_ACCESS_POLICY = 'nestjs-tillhook:WebhooksAccessPolicy';
/** Guards of the host that run before the access policy is called. */
export const WEBHOOKS_GUARDS = 'nestjs-tillhook:Guards';
/** The host's listener of notifications, or null. */
export const WEBHOOKS_NOTIFICATION_LISTENER = 'nestjs-tillhook:NotificationListener';
/** The properties that distinguish this instance of the module from others of the application. */
export const WEBHOOKS_INSTANCE = 'nestjs-tillhook:Instance';
/** Resolves when the instances of the application have been found to be distinct. */
export const WEBHOOKS_INSTANCE_CHECK = 'nestjs-tillhook:InstanceCheck';
/** The host's TypeORM data source that the module uses, or the database of `database.url`. */
export const HOST_DATA_SOURCE = 'nestjs-tillhook:HostDataSource';
/** Whether this process fans out and delivers. */
export const WEBHOOKS_WORKER_ENABLED = 'nestjs-tillhook:WorkerEnabled';
/** The host's provider of the encryption keys. */
export const WEBHOOKS_KEY_PROVIDER = 'nestjs-tillhook:KeyProvider';
/** Whether this process uses stored secrets: a process that only emits needs no keys. */
export const WEBHOOKS_USES_SECRETS = 'nestjs-tillhook:UsesSecrets';
/** The path under which the host mounts the admin API; empty if there is none. */
export const WEBHOOKS_PATH = 'nestjs-tillhook:Path';
/** The options of the portal, with their defaults. */
export const WEBHOOKS_PORTAL = 'nestjs-tillhook:Portal';
/** The options of the operator console, with their defaults. */
export const WEBHOOKS_OPERATOR_PORTAL = 'nestjs-tillhook:OperatorPortal';
/** The controllers of the admin API. */
export const ADMIN_CONTROLLERS = 'nestjs-tillhook:AdminControllers';
