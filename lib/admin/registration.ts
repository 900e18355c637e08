import type { Provider, Type } from '@nestjs/common';
import { GlobalStopService } from '../operations/global-stop/global-stop.service.js';
import { RedeliveryService } from '../operations/redelivery/redelivery.service.js';
import { SigningSecretRotationService } from '../operations/http-transports/signing-secret-rotation.service.js';
import { SampleEvents } from '../operations/http-transports/sample-events.js';
import { SampleSendService } from '../operations/http-transports/sample-send.service.js';
import { SampleSender } from '../operations/http-transports/sample-sender.js';
import { SampleSendLimits } from '../operations/http-transports/sample-send-limits.js';
import { TransportStateService } from '../operations/http-transports/transport-state.service.js';
import { AuditRepository } from '../persistence/repositories/audit.repository.js';
import { DeliveryStopRepository } from '../persistence/repositories/delivery-stop.repository.js';
import { DeliveryRepository } from '../persistence/repositories/delivery.repository.js';
import { EventPayloadRepository } from '../persistence/repositories/event-payload.repository.js';
import { EventRepository } from '../persistence/repositories/event.repository.js';
import { ExplainRepository } from '../persistence/repositories/explain.repository.js';
import { HttpTransportStateRepository } from '../persistence/repositories/http-transport-state.repository.js';
import { HttpTransportRepository } from '../persistence/repositories/http-transport.repository.js';
import { OperatorRepository } from '../persistence/repositories/operator.repository.js';
import { RecoveryRepository } from '../persistence/repositories/recovery.repository.js';
import { SettingRepository } from '../persistence/repositories/setting.repository.js';
import { StatisticRepository } from '../persistence/repositories/statistic.repository.js';
import { ThrottleRepository } from '../persistence/repositories/throttle.repository.js';
import { UsageRepository } from '../persistence/repositories/usage.repository.js';
import { WebhookRepository } from '../persistence/repositories/webhook.repository.js';
import { ADMIN_CONTROLLERS } from '../webhooks.tokens.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditService } from './audit/audit.service.js';
import { DeliveriesController } from './deliveries/deliveries.controller.js';
import { DeliveriesService } from './deliveries/deliveries.service.js';
import { RedeliverController } from './deliveries/redeliver.controller.js';
import { EventPayloadController } from './events/event-payload.controller.js';
import { EventPayloadService } from './events/event-payload.service.js';
import { EventsController } from './events/events.controller.js';
import { EventsService } from './events/events.service.js';
import { HttpTransports } from './from-code/http-transports.js';
import { WebhookAudit } from './from-code/webhook-audit.js';
import { WebhookDeliveries } from './from-code/webhook-deliveries.js';
import { WebhookOperations } from './from-code/webhook-operations.js';
import { WebhookStatistics } from './from-code/webhook-statistics.js';
import { WebhookEvents } from './from-code/webhook-events.js';
import { WebhookTenants } from './from-code/webhook-tenants.js';
import { WebhookRecoveries } from './from-code/webhook-recoveries.js';
import { Webhooks } from './from-code/webhooks.js';
import { TransportSecretController } from './http-transport-operations/transport-secret.controller.js';
import { TransportStateController } from './http-transport-operations/transport-state.controller.js';
import { TransportTestController } from './http-transport-operations/transport-test.controller.js';
import { HttpTransportsController } from './http-transports/http-transports.controller.js';
import { HttpTransportsService } from './http-transports/http-transports.service.js';
import { Cursors } from './listing/cursors.js';
import { AdminPlatform } from './platform/admin-platform.js';
import { UnsupportedMethods } from './platform/unsupported-methods.js';
import { OperatorStopController } from './operator/operator-stop.controller.js';
import { OperatorTransportController } from './operator/operator-transport.controller.js';
import { OperatorViewsController } from './operator/operator-views.controller.js';
import { OperatorService } from './operator/operator.service.js';
import { OperatorGuard } from './operator.guard.js';
import { QuotasController } from './quotas/quotas.controller.js';
import { StatisticsController } from './statistics/statistics.controller.js';
import { StatisticsService } from './statistics/statistics.service.js';
import { RecoveriesController } from './recoveries/recoveries.controller.js';
import { RecoveriesService } from './recoveries/recoveries.service.js';
import { TransportRecoveryController } from './recoveries/transport-recovery.controller.js';
import { TenantAdminGuard } from './tenant-admin.guard.js';
import { TenantExportService } from './tenant-export/tenant-export.service.js';
import { WebhookActionsController } from './webhook-actions/webhook-actions.controller.js';
import { TenantWebhooksController } from './webhooks/tenant-webhooks.controller.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';
import { WebhooksService } from './webhooks/webhooks.service.js';

/** The controllers of the admin API. */
export const adminControllers: Type[] = [
  HttpTransportsController,
  TransportStateController,
  TransportSecretController,
  TransportTestController,
  WebhooksController,
  TenantWebhooksController,
  WebhookActionsController,
  DeliveriesController,
  RedeliverController,
  StatisticsController,
  EventPayloadController,
  EventsController,
  AuditController,
  TransportRecoveryController,
  RecoveriesController,
  QuotasController,
  OperatorViewsController,
  OperatorStopController,
  OperatorTransportController,
];

/**
 * Services behind the controllers, and the classes that offer hosts the same operations from code. They exist even without
 * controllers. They inject the options, the database and the secret box by their tokens, and the `EgressClient` by its
 * class.
 */
export const adminServices: Provider[] = [
  HttpTransportRepository,
  HttpTransportStateRepository,
  WebhookRepository,
  DeliveryRepository,
  EventPayloadRepository,
  EventRepository,
  ExplainRepository,
  AuditRepository,
  RecoveryRepository,
  UsageRepository,
  SettingRepository,
  HttpTransportsService,
  TransportStateService,
  SigningSecretRotationService,
  ThrottleRepository,
  SampleSendLimits,
  SampleEvents,
  SampleSender,
  SampleSendService,
  WebhooksService,
  RedeliveryService,
  DeliveriesService,
  StatisticRepository,
  StatisticsService,
  EventPayloadService,
  TenantExportService,
  EventsService,
  AuditService,
  RecoveriesService,
  DeliveryStopRepository,
  GlobalStopService,
  OperatorRepository,
  OperatorService,
  Cursors,
  HttpTransports,
  Webhooks,
  WebhookDeliveries,
  WebhookStatistics,
  WebhookEvents,
  WebhookTenants,
  WebhookAudit,
  WebhookRecoveries,
  WebhookOperations,
];

/**
 * Providers that only the controllers need. They inject the access policy and the host's guards by their tokens.
 *
 * @param controllers the controllers of the admin API that are mounted
 */
export const adminProviders = (controllers: readonly Type[]): Provider[] => [
  { provide: ADMIN_CONTROLLERS, useValue: controllers },
  TenantAdminGuard,
  OperatorGuard,
  UnsupportedMethods,
  AdminPlatform,
];
