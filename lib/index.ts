export { WebhooksModule } from './webhooks.module.js';
export type {
  HostProvider,
  WebhooksAccessPolicyProvider,
  WebhooksGuardProvider,
  WebhooksKeyProviderProvider,
  WebhooksModuleExtras,
  WebhooksNotificationListenerProvider,
} from './webhooks.extras.js';
export { getWebhooksToken, InjectWebhookEmitter, InjectWebhooks } from './webhooks.instances.js';
export type { WebhooksOptionsFactory } from './webhooks.module.js';
export type {
  DatabaseOptions,
  EgressOptions,
  EncryptionOptions,
  RetentionOptions,
  TelemetryOptions,
  WakeUpsOptions,
  WebhooksOptions,
} from './webhooks.options.js';
export { WebhooksWorker } from './webhooks.worker.js';

export { WebhookEmitter } from './emitter/webhook-emitter.js';
export type {
  EmitInput,
  EmitManyOptions,
  EmitOptions,
  EmitSyncOptions,
  EmittedEvent,
  EventOptions,
  RequiredTransactionOptions,
  TenantOption,
  TransactionOptions,
} from './emitter/emit-options.js';

export type { HostResult, HostRow, HostTransaction } from './persistence/ports/host-transaction.js';

export type { AccessDecision, AccessGrant, WebhooksAccessPolicy } from './admin/access-policy.js';
export { ApiError } from './admin/api-error.js';
export type { ApiErrorCode } from './admin/api-error.js';
export type * from './admin/from-code/admin-types.js';
export { HttpTransports } from './admin/from-code/http-transports.js';
export { WebhookAudit } from './admin/from-code/webhook-audit.js';
export { WebhookDeliveries } from './admin/from-code/webhook-deliveries.js';
export { WebhookOperations } from './admin/from-code/webhook-operations.js';
export { WebhookStatistics } from './admin/from-code/webhook-statistics.js';
export { WebhookEvents } from './admin/from-code/webhook-events.js';
export { WebhookTenants } from './admin/from-code/webhook-tenants.js';
export { WebhookRecoveries } from './admin/from-code/webhook-recoveries.js';
export { Webhooks } from './admin/from-code/webhooks.js';
export type { TenantExportLine } from './admin/tenant-export/tenant-export.service.js';
export { describeWebhooks } from './admin/openapi/describe-webhooks.js';
export type { DescribeWebhooksOptions } from './admin/openapi/describe-webhooks.js';
export type { WebhooksTagGroup } from './admin/openapi/tags.js';

export { WebhookPortalLinks } from './portal/links/webhook-portal-links.js';
export type {
  CreatedWebhookPortalLink,
  CreateWebhookPortalLink,
  WebhookPortalLink,
} from './portal/links/webhook-portal-links.js';
export { isPortalRequest } from './portal/portal-request.js';
export type {
  OperatorPortalOptions,
  PortalFeature,
  PortalOptions,
  PortalTheme,
} from './portal/portal-options.js';

export { defineAction, extendCatalog } from './domain/action-catalog.js';
export type { ActionCatalog, ActionDefinition, ActionOf, DataOf } from './domain/action-catalog.js';
export type {
  DeliveryExhausted,
  DeliveryFailed,
  DeliverySucceeded,
  QuotaNear,
  RecoveryDone,
  SecretOverlapEnding,
  SecretRotated,
  TransportDisabled,
  TransportFailing,
  TransportRecovered,
  WebhookNotification,
  WebhookNotificationOf,
  WebhookNotificationType,
} from './domain/notification.js';
export type { ClientErrorPolicy } from './domain/attempt-outcome.js';
export { posCatalog } from './pos/pos-catalog.js';
export type { PosCatalog } from './pos/pos-catalog.js';
export type * from './pos/pos-payloads.js';
export type * from './pos/register.js';

export { revertWebhookMigration, runWebhookMigrations } from './persistence/migrations/webhook-migrations.js';
export { adoptEnvironment } from './operations/adopt-environment.js';
export type { EncryptionKey, KeyProvider } from './secrets/encryption-keys.js';
export type {
  RotationOptions,
  RotationProgress,
  RotationResult,
} from './operations/encryption/reencrypt-transports.js';

export type {
  AttemptEndMessage,
  AttemptOutcome,
  AttemptStartMessage,
  EmitMessage,
  FanOutMessage,
} from './telemetry/channels.js';
export type { HoldReason } from './delivery/delivery-switch.js';
export type {
  TenantPurgeOptions,
  TenantPurgeProgress,
  TenantPurgeReport,
} from './operations/tenants/purge-report.js';
export { EncryptionKeyRotation } from './operations/encryption/encryption-key-rotation.js';
export { WebhooksHealth } from './operations/health/health.js';
export { WebhooksHealthIndicator } from './operations/health/health-indicator.js';
export type { WebhooksHealthCheck, WebhooksHealthResult } from './operations/health/health-indicator.js';
export type {
  HealthQueue,
  HealthReason,
  HealthReasonCode,
  HealthRounds,
  HealthStatus,
  WebhooksHealthReport,
} from './operations/health/health.js';
export type { BoundedCount } from './persistence/ports/backlog-store.js';
export type { WebhookNotificationListener } from './operations/notifications/notification-hub.js';
export { WebhookNotifications } from './operations/notifications/webhook-notifications.js';
export { rotateEncryptionKeys } from './operations/encryption/rotate-encryption-keys.js';

export {
  DatabaseBusyError,
  DatabaseUnavailableError,
  PermissionDeniedError,
  SecretUnreadableError,
  TablesMissingError,
} from './errors/database.errors.js';
export {
  DataSourceMissingError,
  DuplicateInstanceError,
  EncryptionKeyMissingError,
  InvalidOptionError,
  ModuleNotConfiguredError,
  SchemaBehindError,
  SecondSqliteError,
  TransactionPoolingError,
  UnsupportedDatabaseError,
} from './errors/start-up.errors.js';
export {
  EventConflictError,
  ForeignManagerError,
  ForeignTransactionError,
  InvalidEmitOptionError,
  InvalidEventUidError,
  InvalidOccurredAtError,
  InvalidOrderingKeyError,
  InvalidTenantUidError,
  ManagerNotInTransactionError,
  PayloadInvalidError,
  PayloadTooLargeError,
  TransactionNotOpenError,
  TransactionRequiredError,
  UnknownActionError,
} from './errors/emit.errors.js';
export { InvalidSigningSecretError, TargetRefusedError } from './errors/admin.errors.js';
export { WebhooksError } from './errors/webhooks-error.js';
export type { RedisClient, RedisConnection } from './wake-up/redis-carrier.js';
