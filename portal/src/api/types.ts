import type { components } from './schema.d.ts';

/** Shapes of the API, by the names that the portal uses for them. */
type Schemas = components['schemas'];

export type Endpoint = Schemas['WebhooksHttpTransport'];
export type CreatedEndpoint = Schemas['WebhooksCreatedHttpTransport'];
export type EndpointInput = Schemas['WebhooksCreateHttpTransport'];
export type EndpointChange = Schemas['WebhooksUpdateHttpTransport'];
export type TestResult = Schemas['WebhooksHttpTransportTestResult'];
export type Subscription = Schemas['WebhooksWebhook'];
export type Action = Schemas['WebhooksAction'];
export type Delivery = Schemas['WebhooksDelivery'];
export type DeliveryDetails = Schemas['WebhooksDeliveryDetails'];
export type DeliveryStatus = Delivery['status'];
export type Attempt = Schemas['WebhooksAttempt'];
export type ListedEvent = Schemas['WebhooksListedEvent'];
export type EventExplanation = Schemas['WebhooksEventExplanation'];
export type WebhookExplanation = Schemas['WebhooksWebhookExplanation'];
export type Recovery = Schemas['WebhooksRecovery'];
export type RecoveryDryRun = Schemas['WebhooksRecoveryDryRun'];
export type AuditEntry = Schemas['WebhooksAuditEntry'];
export type Statistics = Schemas['WebhooksStatistics'];
export type StatisticsTotal = Schemas['WebhooksStatisticsTotal'];
export type Quotas = Schemas['WebhooksQuotas'];

/** Shapes of the operator routes. */
export type ServiceOverview = Schemas['WebhooksOperationsOverview'];
export type DeliveryStop = Schemas['WebhooksDeliveryStop'];
export type FailingEndpoint = Schemas['WebhooksFailingTransport'];
export type Lane = Schemas['WebhooksLane'];
export type ListedTenant = Schemas['WebhooksListedTenant'];
export type OperatorAuditEntry = Schemas['WebhooksOperatorAuditEntry'];
