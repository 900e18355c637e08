/** Injection tokens. Strings, so that the ESM and the CommonJS build in one process agree on them. */
export const WEBHOOKS_OPTIONS = 'nestjs-tillhook:ResolvedWebhooksOptions';
export const WEBHOOKS_ACCESS_POLICY = 'nestjs-tillhook:WebhooksAccessPolicy';
/** The TypeORM data source of the host that the module was pointed at. */
export const HOST_DATA_SOURCE = 'nestjs-tillhook:HostDataSource';
/** Whether this process fans out and delivers. */
export const WEBHOOKS_WORKER_ENABLED = 'nestjs-tillhook:WorkerEnabled';
