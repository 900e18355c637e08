import type { ActionDefinition } from './action-catalog.js';

/** A reference to an object of the tenant, as in every payload. */
interface Reference {
  readonly Uid: string;
}

/** The members of every notification that a tenant receives. Instants are ISO 8601 in UTC. */
interface NotificationPayload {
  /** When it happened. */
  readonly at: string;
}

/** The members of every notification about an HTTP transport. */
interface TransportPayload extends NotificationPayload {
  readonly httpTransport: Reference;
}

/** WEBHOOK_TRANSPORT_FAILING */
export interface TransportFailingPayload extends TransportPayload {
  readonly cause: 'CIRCUIT_OPENED' | 'DISABLED_SOON';
  /** With `DISABLED_SOON`: the part of `disableAfterHours` that has passed, 0.25, 0.5 or 0.75. Otherwise null. */
  readonly share: number | null;
  /** When the series of failures began. */
  readonly failingSince: string;
  /** When the transport is disabled unless an attempt succeeds. */
  readonly disabledAt: string;
}

/** WEBHOOK_TRANSPORT_DISABLED */
export interface TransportDisabledPayload extends TransportPayload {
  /** As `disabledReason` of the transport. */
  readonly reason: string;
}

/** WEBHOOK_TRANSPORT_RECOVERED */
export interface TransportRecoveredPayload extends TransportPayload {
  readonly failingSince: string;
}

/** WEBHOOK_DELIVERY_EXHAUSTED */
export interface DeliveryExhaustedPayload extends TransportPayload {
  readonly delivery: Reference;
  /** The event that was not delivered; null if the process that sent it has crashed, or if the event is not stored any more. */
  readonly event: (Reference & { readonly action: string }) | null;
  /** Number of the last attempt, from 1. */
  readonly attempt: number;
  /** Why the delivery failed, as in the log: `EXHAUSTED`, `GONE`, `CLIENT_ERROR`, … */
  readonly reason: string;
  /** Status code of the receiver's response; null: there was none. */
  readonly responseStatusCode: number | null;
  /** Why there was no response, e.g. `TIMEOUT`; null: there was one. */
  readonly errorCode: string | null;
}

/** WEBHOOK_SECRET_ROTATED, WEBHOOK_SECRET_OVERLAP_ENDING */
export interface SecretPayload extends TransportPayload {
  /** Until when requests are also signed with the previous secrets. */
  readonly overlapEndsAt: string;
}

/** WEBHOOK_QUOTA_NEAR */
export interface QuotaNearPayload extends NotificationPayload {
  /** The option that sets the quota. */
  readonly quota: string;
  /** Number that is used, counted up to `limit`: `limit` means that many or more. */
  readonly used: number;
  readonly limit: number;
}

/** WEBHOOK_RECOVERY_DONE */
export interface RecoveryDonePayload extends TransportPayload {
  readonly recovery: Reference;
  readonly kind: 'RECOVER' | 'REPLAY';
  /** Number of deliveries that were enqueued. */
  readonly deliveries: number;
  /** Number of events that could not be sent, because their body is not stored any more. */
  readonly payloadGone: number;
}

const action = <Payload extends NotificationPayload>(
  description: string,
  example: Payload,
): ActionDefinition<Payload> => ({ description, example });

const at = '2025-03-14T09:26:53.589Z';
const httpTransport = { Uid: 'web-shop' };
const failingSince = '2025-03-12T21:26:53.589Z';
const overlapEndsAt = '2025-03-14T21:26:53.589Z';

/**
 * The notifications to which a tenant can subscribe webhooks, as actions of the catalog. The module emits them itself. A
 * webhook receives them if its action is the name or a prefix such as `WEBHOOK_*`; the action `*` does not include them.
 */
export const NOTIFICATION_ACTIONS = Object.freeze({
  WEBHOOK_TRANSPORT_FAILING: action<TransportFailingPayload>(
    'Every attempt to an HTTP transport fails: its circuit opened, or it will be disabled soon.',
    {
      at,
      httpTransport,
      cause: 'DISABLED_SOON',
      share: 0.25,
      failingSince,
      disabledAt: '2025-03-17T21:26:53.589Z',
    },
  ),
  WEBHOOK_TRANSPORT_DISABLED: action<TransportDisabledPayload>('An HTTP transport was disabled.', {
    at,
    httpTransport,
    reason: 'FAILING',
  }),
  WEBHOOK_TRANSPORT_RECOVERED: action<TransportRecoveredPayload>(
    'An attempt succeeded after WEBHOOK_TRANSPORT_FAILING.',
    { at, httpTransport, failingSince },
  ),
  WEBHOOK_DELIVERY_EXHAUSTED: action<DeliveryExhaustedPayload>(
    'A delivery failed and is not retried any more.',
    {
      at,
      httpTransport,
      delivery: { Uid: 'dlv_00000000006yk' },
      event: { Uid: '0195941f-3c95-7ac0-8d7c-1a2b3c4d5e6f', action: 'ORDER_SETTLED' },
      attempt: 10,
      reason: 'EXHAUSTED',
      responseStatusCode: 503,
      errorCode: null,
    },
  ),
  WEBHOOK_SECRET_ROTATED: action<SecretPayload>('The signing secret of an HTTP transport was rotated.', {
    at,
    httpTransport,
    overlapEndsAt,
  }),
  WEBHOOK_SECRET_OVERLAP_ENDING: action<SecretPayload>(
    'The previous signing secrets of an HTTP transport stop signing soon.',
    { at, httpTransport, overlapEndsAt },
  ),
  WEBHOOK_QUOTA_NEAR: action<QuotaNearPayload>('The tenant has used 80 % of a quota or more.', {
    at,
    quota: 'maxPendingDeliveriesPerTenant',
    used: 812_500,
    limit: 1_000_000,
  }),
  WEBHOOK_RECOVERY_DONE: action<RecoveryDonePayload>(
    'A recovery or replay has enqueued everything that it found.',
    {
      at,
      httpTransport,
      recovery: { Uid: 'rec_00000000006yk' },
      kind: 'RECOVER',
      deliveries: 1_250,
      payloadGone: 0,
    },
  ),
});

/** The name of a notification to which a tenant can subscribe. */
export type NotificationAction = keyof typeof NOTIFICATION_ACTIONS;
