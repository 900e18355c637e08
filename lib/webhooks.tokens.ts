/** Injection tokens. Strings, so that the ESM and the CommonJS build in one process agree on them. */
export const WEBHOOKS_OPTIONS = 'nestjs-tillhook:ResolvedWebhooksOptions';
export const WEBHOOKS_ACCESS_POLICY = 'nestjs-tillhook:WebhooksAccessPolicy';
/** Guards of the host that run before the access policy is asked. */
export const WEBHOOKS_GUARDS = 'nestjs-tillhook:Guards';
/** The host's listener of notifications, or null. */
export const WEBHOOKS_NOTIFICATION_LISTENER = 'nestjs-tillhook:NotificationListener';
/** What tells this instance of the module from others of the application. */
export const WEBHOOKS_INSTANCE = 'nestjs-tillhook:Instance';
/** Resolved when the instances of the application were found to be distinct. */
export const WEBHOOKS_INSTANCE_CHECK = 'nestjs-tillhook:InstanceCheck';
/** The TypeORM data source of the host that the module was pointed at, or the database of its address. */
export const HOST_DATA_SOURCE = 'nestjs-tillhook:HostDataSource';
/** Whether this process fans out and delivers. */
export const WEBHOOKS_WORKER_ENABLED = 'nestjs-tillhook:WorkerEnabled';
/** Where the encryption keys come from. */
export const WEBHOOKS_KEY_PROVIDER = 'nestjs-tillhook:KeyProvider';
/** Whether this process has anything to do with stored secrets: one that only emits needs no keys. */
export const WEBHOOKS_OPENS_SECRETS = 'nestjs-tillhook:OpensSecrets';
/** The path under which the host mounts the admin API; empty without one. */
export const WEBHOOKS_PATH = 'nestjs-tillhook:Path';
/** The controllers of the admin API. */
export const ADMIN_CONTROLLERS = 'nestjs-tillhook:AdminControllers';
