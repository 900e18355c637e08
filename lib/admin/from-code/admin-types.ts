import type {
  HttpTransportFilter,
  HttpTransportSortKey,
} from '../../persistence/repositories/http-transport.repository.js';
import type { PageRequest } from '../../persistence/repositories/page.js';
import type { WebhookSortKey } from '../../persistence/repositories/webhook.repository.js';
import type { AuditEntryDto, AuditListDto } from '../audit/audit-entry.dto.js';
import type { AuditQueryDto } from '../audit/audit-query.dto.js';
import type { DeliveryDetailsDto } from '../deliveries/delivery-details.dto.js';
import type { DeliveryQueryDto } from '../deliveries/delivery-query.dto.js';
import type { DeliveryDto, DeliveryListDto } from '../deliveries/delivery.dto.js';
import type { RedeliveryResultDto, RedeliveryResultListDto } from '../deliveries/redeliver.dto.js';
import type { EventExplanationDto } from '../events/event-explanation.dto.js';
import type { EventQueryDto } from '../events/event-query.dto.js';
import type { EventListDto, ListedEventDto } from '../events/listed-event.dto.js';
import type { RotateSecretDto } from '../http-transport-operations/rotate-secret.dto.js';
import type { TestSendResultDto } from '../http-transport-operations/test-send.dto.js';
import type {
  CreateHttpTransportDto,
  UpdateHttpTransportDto,
} from '../http-transports/http-transport-bodies.dto.js';
import type {
  CreatedHttpTransportDto,
  HttpTransportDto,
  HttpTransportListDto,
} from '../http-transports/http-transport.dto.js';
import type { FailingTransportListDto } from '../operator/failing-transport.dto.js';
import type { LaneListDto } from '../operator/lane.dto.js';
import type { ListedTenantListDto } from '../operator/listed-tenant.dto.js';
import type { OperatorAuditListDto } from '../operator/operator-audit.dto.js';
import type { LaneQueryDto, TenantQueryDto } from '../operator/operator-queries.dto.js';
import type { OperationsOverviewDto } from '../operator/overview.dto.js';
import type { DeliveryStopStateDto } from '../operator/stop.dto.js';
import type { StatisticsQueryDto } from '../statistics/statistics-query.dto.js';
import type { StatisticsDto } from '../statistics/statistics.dto.js';
import type { KeysetRequest } from '../listing/keyset-page.js';
import type { RecoverDto, ReplayDto } from '../recoveries/recovery-bodies.dto.js';
import type { RecoveryQueryDto } from '../recoveries/recovery-query.dto.js';
import type { RecoveryDryRunDto, RecoveryDto, RecoveryListDto } from '../recoveries/recovery.dto.js';
import type { CreateWebhookDto, UpdateWebhookDto } from '../webhooks/webhook-bodies.dto.js';
import type { WebhookDto, WebhookListDto } from '../webhooks/webhook.dto.js';

/** An HTTP transport as the REST API returns it: every secret masked, instants in ISO 8601. */
export type HttpTransport = HttpTransportDto;
/** An HTTP transport with its signing secret, which is returned once. */
export type CreatedHttpTransport = CreatedHttpTransportDto;
/** One page of HTTP transports. */
export type HttpTransportList = HttpTransportListDto;
/** The settings of a new HTTP transport. */
export type CreateHttpTransport = CreateHttpTransportDto;
/** New values for settings of an HTTP transport. Settings that are absent or undefined keep their values. */
export type UpdateHttpTransport = UpdateHttpTransportDto;
/** Page, order and filters of a list of HTTP transports. */
export type HttpTransportQuery = Partial<PageRequest<HttpTransportSortKey>> & HttpTransportFilter;
/** Options of the rotation of a signing secret: its overlap, and a secret to import. */
export type RotateSigningSecret = RotateSecretDto;
/** The result of a test send. */
export type HttpTransportTestResult = TestSendResultDto;

/** A webhook: which actions go to an HTTP transport. */
export type Webhook = WebhookDto;
/** One page of webhooks. */
export type WebhookList = WebhookListDto;
/** The settings of a new webhook. */
export type CreateWebhook = CreateWebhookDto;
/** New values for settings of a webhook. Settings that are absent or undefined keep their values. */
export type UpdateWebhook = UpdateWebhookDto;
/** Page, order and filter of a list of webhooks. */
export type WebhookQuery = Partial<PageRequest<WebhookSortKey>> & {
  /** Only the webhooks of this HTTP transport. Default: the webhooks of all transports. */
  httpTransportUid?: string | undefined;
};

/** A delivery as listed in the log. */
export type WebhookDelivery = DeliveryDto;
/** One page of the delivery log. */
export type WebhookDeliveryList = DeliveryListDto;
/** A delivery with its event and its attempts. */
export type WebhookDeliveryDetails = DeliveryDetailsDto;
/** Result of one requested redelivery. */
export type WebhookRedeliveryResult = RedeliveryResultDto;
/** Results of several requested redeliveries. */
export type WebhookRedeliveryResults = RedeliveryResultListDto;
/** Filters of the delivery log. `createdFrom` and `createdTo` are inclusive: a `Date`, or ISO 8601 text with an offset. */
export type WebhookDeliveryQuery = Partial<Omit<DeliveryQueryDto, 'createdFrom' | 'createdTo'>> & {
  createdFrom?: Date | string | undefined;
  createdTo?: Date | string | undefined;
};

/** Counts and latencies by minute, hour or day. */
export type WebhookStatisticsResult = StatisticsDto;
/** Range, bucket and filters of statistics. `from` and `to`: a `Date`, or ISO 8601 text with an offset. */
export type WebhookStatisticsQuery = Partial<Omit<StatisticsQueryDto, 'from' | 'to'>> & {
  from?: Date | string | undefined;
  to?: Date | string | undefined;
};

/** An event as listed. */
export type WebhookEvent = ListedEventDto;
/** One page of events. */
export type WebhookEventList = EventListDto;
/** Filters of the list of events. `createdFrom` and `createdTo` are inclusive: a `Date`, or ISO 8601 text with an offset. */
export type WebhookEventQuery = Partial<Omit<EventQueryDto, 'createdFrom' | 'createdTo'>> & {
  createdFrom?: Date | string | undefined;
  createdTo?: Date | string | undefined;
};
/** An event, and its outcome for each webhook of a page. */
export type WebhookEventExplanation = EventExplanationDto;
/** The page of webhooks that an explanation contains. */
export type WebhookEventExplanationQuery = Partial<KeysetRequest>;

/** Who makes a change, for the audit. */
export interface ChangedBy {
  /** 1 to 255 characters without control characters, such as `job:import`; not `system`. Default: none; the audit then records null. */
  readonly actor?: string | undefined;
}
/** An entry of the audit: who changed what. */
export type WebhookAuditEntry = AuditEntryDto;
/** One page of the audit. */
export type WebhookAuditList = AuditListDto;
/** Filters of the audit. `createdFrom` and `createdTo` are inclusive: a `Date`, or ISO 8601 text with an offset. */
export type WebhookAuditQuery = Partial<Omit<AuditQueryDto, 'createdFrom' | 'createdTo'>> & {
  createdFrom?: Date | string | undefined;
  createdTo?: Date | string | undefined;
};

/** A recovery or replay with its progress. */
export type WebhookRecovery = RecoveryDto;
/** One page of recoveries and replays. */
export type WebhookRecoveryList = RecoveryListDto;
/** Result of a dry run of a recovery or replay. */
export type WebhookRecoveryDryRun = RecoveryDryRunDto;
/** Page and filter of a list of recoveries and replays. */
export type WebhookRecoveryQuery = Partial<RecoveryQueryDto>;

/** The period of time of a recovery or replay, inclusive: a `Date`, or ISO 8601 text with an offset. */
interface RecoveryPeriod {
  since: Date | string;
  /** Default: now. */
  until?: Date | string | undefined;
}
/** The selection of deliveries to recover. */
export type RecoverDeliveries = Omit<RecoverDto, keyof RecoveryPeriod | 'dryRun'> & RecoveryPeriod;
/** The selection of events to replay. */
export type ReplayEvents = Omit<ReplayDto, keyof RecoveryPeriod | 'dryRun'> & RecoveryPeriod;
/** State of the whole service. */
export type WebhookOperationsOverview = OperationsOverviewDto;
/** Whether all deliveries are stopped. */
export type WebhookDeliveryStopState = DeliveryStopStateDto;
/** One page of failing HTTP transports, over all tenants. */
export type WebhookFailingTransportList = FailingTransportListDto;
/** One page of lanes and their holders. */
export type WebhookLaneList = LaneListDto;
/** One page of tenants with their backlog. */
export type WebhookTenantList = ListedTenantListDto;
/** One page of stops and resumes. */
export type WebhookOperatorAuditList = OperatorAuditListDto;
/** The page of an operator's list to return. */
export type WebhookPageQuery = Partial<KeysetRequest>;
/** The page of lanes to return, and a filter by state. */
export type WebhookLaneQuery = Partial<LaneQueryDto>;
/** The page of tenants to return, and a filter by the number of pending deliveries. */
export type WebhookTenantQuery = Partial<TenantQueryDto>;
/** Range and bucket of statistics. `from` and `to`: a `Date`, or ISO 8601 text with an offset. */
export type WebhookStatisticsRange = Pick<WebhookStatisticsQuery, 'from' | 'to' | 'bucket'>;
