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
export type { WebhooksOptionsFactory } from './webhooks.module-definition.js';
export type {
  DatabaseOptions,
  EgressOptions,
  EncryptionOptions,
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

export type { AccessDecision, WebhooksAccessPolicy } from './admin/access-policy.js';
export { ApiError } from './admin/api-error.js';
export type { ApiErrorCode } from './admin/api-error.js';
export type * from './admin/from-code/admin-types.js';
export { HttpTransports } from './admin/from-code/http-transports.js';
export { WebhookDeliveries } from './admin/from-code/webhook-deliveries.js';
export { Webhooks } from './admin/from-code/webhooks.js';
export { describeWebhooks } from './admin/openapi/describe-webhooks.js';
export type { DescribeWebhooksOptions } from './admin/openapi/describe-webhooks.js';
export type { WebhooksTagGroup } from './admin/openapi/tags.js';

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
} from './operations/encryption/reseal-transports.js';

export type { HoldReason } from './delivery/delivery-switch.js';
export { EncryptionKeyRotation } from './operations/encryption/encryption-key-rotation.js';
export { WebhooksHealth } from './operations/health/health.js';
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

export { DatabaseBusyError } from './errors/database-busy.error.js';
export { DatabaseUnavailableError } from './errors/database-unavailable.error.js';
export { DataSourceMissingError } from './errors/data-source-missing.error.js';
export { DuplicateInstanceError } from './errors/duplicate-instance.error.js';
export { EncryptionKeyMissingError } from './errors/encryption-key-missing.error.js';
export { EventConflictError } from './errors/event-conflict.error.js';
export { ForeignManagerError } from './errors/foreign-manager.error.js';
export { ForeignTransactionError } from './errors/foreign-transaction.error.js';
export { InvalidEmitOptionError } from './errors/invalid-emit-option.error.js';
export { InvalidEventUidError } from './errors/invalid-event-uid.error.js';
export { InvalidOccurredAtError } from './errors/invalid-occurred-at.error.js';
export { InvalidOptionError } from './errors/invalid-option.error.js';
export { InvalidOrderingKeyError } from './errors/invalid-ordering-key.error.js';
export { InvalidSigningSecretError } from './errors/invalid-signing-secret.error.js';
export { InvalidTenantUidError } from './errors/invalid-tenant-uid.error.js';
export { ManagerNotInTransactionError } from './errors/manager-not-in-transaction.error.js';
export { ModuleNotConfiguredError } from './errors/module-not-configured.error.js';
export { PayloadInvalidError } from './errors/payload-invalid.error.js';
export { PayloadTooLargeError } from './errors/payload-too-large.error.js';
export { PermissionDeniedError } from './errors/permission-denied.error.js';
export { SchemaBehindError } from './errors/schema-behind.error.js';
export { SecondSqliteError } from './errors/second-sqlite.error.js';
export { SecretUnreadableError } from './errors/secret-unreadable.error.js';
export { TablesMissingError } from './errors/tables-missing.error.js';
export { TargetRefusedError } from './errors/target-refused.error.js';
export { TransactionNotOpenError } from './errors/transaction-not-open.error.js';
export { TransactionPoolingError } from './errors/transaction-pooling.error.js';
export { TransactionRequiredError } from './errors/transaction-required.error.js';
export { UnknownActionError } from './errors/unknown-action.error.js';
export { UnsupportedDatabaseError } from './errors/unsupported-database.error.js';
export { WebhooksError } from './errors/webhooks-error.js';
export type { RedisClient, RedisConnection } from './wake-up/redis-carrier.js';
