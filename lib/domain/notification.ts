/** The members of every notification. */
interface Notified {
  /** When the notified change happened, on the database's clock. */
  readonly at: Date;
  readonly tenantUid: string;
}

/** The members of every notification about an HTTP transport. */
interface NotifiedOfTransport extends Notified {
  readonly httpTransportUid: string;
}

/** The members of every notification about an attempt. */
interface NotifiedOfAttempt extends NotifiedOfTransport {
  readonly deliveryUid: string;
  /** The event's uid, which is `webhook-id`. Null if the process that sent the attempt has crashed, or if the event is not stored any more. */
  readonly eventUid: string | null;
  /** The event's action; null like `eventUid`. */
  readonly action: string | null;
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** How long the attempt took, in ms. */
  readonly durationMs: number;
  /** Status code of the receiver's response; null: there was none. */
  readonly responseStatusCode: number | null;
  /** Why there was no response, e.g. `TIMEOUT`; null: there was one. */
  readonly errorCode: string | null;
}

/** The receiver responded with 2xx: the delivery is `DELIVERED`. */
export interface DeliverySucceeded extends NotifiedOfAttempt {
  readonly type: 'deliverySucceeded';
}

/** An attempt failed, and the delivery is retried: it stays `PENDING`. */
export interface DeliveryFailed extends NotifiedOfAttempt {
  readonly type: 'deliveryFailed';
  /** When the next attempt is due. */
  readonly nextAttemptAt: Date;
}

/** An attempt failed, and the delivery is not retried: it is `FAILED`, or `DELIVERED` if it had succeeded before it was redelivered. */
export interface DeliveryExhausted extends NotifiedOfAttempt {
  readonly type: 'deliveryExhausted';
  /** As in the log: `EXHAUSTED` (the last attempt of the schedule failed), `GONE`, `CLIENT_ERROR`, … */
  readonly reason: string;
}

/**
 * Every attempt to a transport has failed since `failingSince`. Published at most four times in each series of failures, over
 * all processes. (A process that loses the lane while requests are in flight may repeat one of them.)
 */
export interface TransportFailing extends NotifiedOfTransport {
  readonly type: 'transportFailing';
  /**
   * `CIRCUIT_OPENED`: `circuitFailures` attempts in a row failed. `DISABLED_SOON`: a quarter, a half or three quarters of
   * `disableAfterHours` have passed, see `share`.
   */
  readonly cause: 'CIRCUIT_OPENED' | 'DISABLED_SOON';
  /** With `DISABLED_SOON`: the part of `disableAfterHours` that has passed: 0.25, 0.5 or 0.75. Otherwise null. */
  readonly share: number | null;
  readonly failingSince: Date;
  /** When the transport is disabled unless an attempt succeeds. */
  readonly disabledAt: Date;
}

/** An attempt succeeded after a series of failures for which `transportFailing` was due, in this process or in another one. */
export interface TransportRecovered extends NotifiedOfTransport {
  readonly type: 'transportRecovered';
  readonly failingSince: Date;
}

/** A transport was disabled: by the receiver (410), because it failed for too long, or by a call of `disable`. */
export interface TransportDisabled extends NotifiedOfTransport {
  readonly type: 'transportDisabled';
  /** As in `disabledReason`: `GONE`, `FAILING`, `ADMIN`, or the reason that was given. */
  readonly reason: string;
}

/** The signing secret of a transport was rotated. */
export interface SecretRotated extends NotifiedOfTransport {
  readonly type: 'secretRotated';
  /** Until when requests are also signed with the previous secrets. If it equals `at`, only the new secret signs. */
  readonly overlapEndsAt: Date;
}

/**
 * The overlap after a rotation ends soon, and the receiver must use the new secret by then. Published at most once for
 * each rotation, 24 h before the end, or when half of the overlap has passed if that is later. Another rotation before then
 * replaces the notification. If no process with a worker ran then, it is published as soon as one runs.
 */
export interface SecretOverlapEnding extends NotifiedOfTransport {
  readonly type: 'secretOverlapEnding';
  readonly overlapEndsAt: Date;
}

/** A tenant has used 80 % of a quota or more. Published at most once in ten minutes for each tenant and process. */
export interface QuotaNear extends Notified {
  readonly type: 'quotaNear';
  /** The option that sets the quota. */
  readonly quota: 'maxPendingDeliveriesPerTenant';
  /** Number of pending deliveries of the tenant, counted up to `limit`: `limit` means that many or more. */
  readonly used: number;
  readonly limit: number;
}

/** A recovery or replay has enqueued everything that it found. The last of its deliveries may still be on their way. */
export interface RecoveryDone extends NotifiedOfTransport {
  readonly type: 'recoveryDone';
  readonly recoveryUid: string;
  readonly kind: 'RECOVER' | 'REPLAY';
  /** Number of deliveries that were enqueued. */
  readonly deliveries: number;
  /** Number of events that could not be sent, because their body is not stored any more. */
  readonly payloadGone: number;
}

/** Something that this process has recorded. Distinguish the kinds by `type`. */
export type WebhookNotification =
  | DeliverySucceeded
  | DeliveryFailed
  | DeliveryExhausted
  | TransportFailing
  | TransportRecovered
  | TransportDisabled
  | SecretRotated
  | SecretOverlapEnding
  | QuotaNear
  | RecoveryDone;

/** The kinds of notifications. */
export type WebhookNotificationType = WebhookNotification['type'];

/** The notifications of one kind, or of several. */
export type WebhookNotificationOf<Type extends WebhookNotificationType> = Extract<
  WebhookNotification,
  { type: Type }
>;

/** Where the parts of the module publish notifications. */
export interface NotificationSink {
  /** Whether anybody listens. If not, no notification needs to be made. */
  readonly isObserved: boolean;
  /** Publishes something that is in the database. Never throws, and calls no listener before it returns. */
  publish(notification: WebhookNotification): void;
}
