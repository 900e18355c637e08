import { classify } from '../../persistence/errors/driver-errors.js';
import type { LaneStore, QueuedDelivery } from '../../persistence/ports/lane-store.js';
import type { NotificationSink } from '../../domain/notification.js';
import { deliveryUidOf } from '../../domain/uid.js';
import type { AttemptRecord, TransportRecord } from '../../persistence/ports/record-store.js';
import type { AttemptObservation, Telemetry } from '../../telemetry/telemetry.js';
import type { OutgoingEvent } from '../bodies/event-contents.js';
import type { EventLoader } from '../bodies/event-loader.js';
import type { InspectionList } from '../lanes/inspection-list.js';
import type { LaneRenewals } from '../lanes/lane-renewals.js';
import type { Lane } from '../lanes/lane.js';
import type { DeliveryRecorder } from '../recording/delivery-recorder.js';
import type { WorkerLog } from '../worker-log.js';
import {
  concludeAttempt,
  prepareAttempt,
  sendAttempt,
  wasAborted,
  type AttemptContext,
  type ConcludedAttempt,
  type PreparedAttempt,
  type SentAttempt,
} from './attempt.js';
import { abortedFacts, attemptFacts, resultFacts } from './attempt-facts.js';
import { AttemptLog } from './attempt-log.js';
import { attemptNotification, transportNotifications, type HealthView } from './attempt-notifications.js';
import { ReportedEvents, withEvent } from './reported-events.js';
import type { TransportProblem } from './transport-config.js';

const EVENT_MISSING: TransportProblem = {
  ok: false,
  isFinal: true,
  code: 'EVENT_MISSING',
  reason: 'EVENT_MISSING',
  message: 'The event or its body is not stored any more.',
};
/** Delay before a delivery that could not be attempted is due again, in ms. Example: its body cannot be read. */
const POSTPONE_MS = 30_000;

export interface DeliverySenderOptions {
  readonly context: AttemptContext;
  /** How long a transport fails before it is disabled, in ms. */
  readonly disableAfterMs: number;
  readonly notifications: NotificationSink;
  readonly telemetry: Telemetry;
  /** Whether requests carry a trace context: that of their attempt or, if the attempt has none, that of the emit. */
  readonly propagatesTrace: boolean;
  readonly log: WorkerLog;
}

/** Sends deliveries: loads the body, makes the request, and passes the outcome to the recorder. */
export class DeliverySender {
  readonly #reported = new ReportedEvents<Lane>();
  readonly #attemptLog: AttemptLog;
  readonly #abort = new AbortController();

  constructor(
    private readonly store: Pick<LaneStore, 'note'>,
    private readonly bodies: EventLoader,
    private readonly renewals: LaneRenewals,
    private readonly recorder: DeliveryRecorder,
    private readonly inspection: InspectionList,
    private readonly options: DeliverySenderOptions,
  ) {
    this.#attemptLog = new AttemptLog(options.log);
  }

  /**
   * Sends a delivery that was taken from the lane, and passes the outcome to the recorder.
   *
   * @param settled called once, when the slot is no longer needed
   */
  send(lane: Lane, delivery: QueuedDelivery, settled: () => void): void {
    const event = this.bodies.get(delivery.eventId);
    if (!event || lane.isRateLimited || lane.mustNote(delivery)) {
      this.#sendWhenReady(lane, delivery, settled).catch((error: unknown) =>
        this.#failed(lane, delivery, settled, error),
      );
    } else {
      this.#send(lane, delivery, event, settled);
    }
  }

  /** Aborts the requests in flight. */
  abort(): void {
    this.#abort.abort();
  }

  /** Sends once the body is in memory and, where required, the rate usage and the note are in the database. */
  async #sendWhenReady(lane: Lane, delivery: QueuedDelivery, settled: () => void): Promise<void> {
    const isRenewed = !lane.isRateLimited || (await this.renewals.renew([lane])).has(lane);
    // After the renewal, because a body is valid only for a limited time. Before the note, because a delivery whose body cannot be
    // read is not sent: if the process crashed later, a note would count as a failed attempt.
    const event =
      this.bodies.get(delivery.eventId) ?? (await this.bodies.load(delivery.eventId)) ?? EVENT_MISSING;
    if (lane.mustNote(delivery)) await this.store.note(delivery, lane.leaseToken);
    const { now, elapsed } = this.options.context;
    // Check again: the lease may have expired, or the transport may have been paused, during these waits.
    if (isRenewed && lane.mayStillSend({ now: now(), elapsed: elapsed() }))
      this.#send(lane, delivery, event, settled);
    else this.#takeBack(lane, delivery, settled);
  }

  #send(
    lane: Lane,
    delivery: QueuedDelivery,
    event: OutgoingEvent | TransportProblem,
    settled: () => void,
  ): void {
    const { context, telemetry, propagatesTrace } = this.options;
    const stored = 'ok' in event ? undefined : event;
    const observed = telemetry.observesAttempts
      ? telemetry.attemptStarted(attemptFacts(lane, delivery, stored))
      : undefined;
    const traceparent = propagatesTrace
      ? (observed?.traceparent ?? stored?.traceparent ?? undefined)
      : undefined;
    try {
      const prepared = prepareAttempt(delivery, event, lane.config, context, this.#abort.signal, traceparent);
      if (observed) this.#sendObserved(observed, lane, prepared, settled);
      else sendAttempt(prepared, context, (sent) => this.#settled(lane, sent, settled, undefined));
    } catch (error) {
      observed?.end(abortedFacts(0, 'NOT_SENT'));
      this.#failed(lane, delivery, settled, error);
    }
  }

  /** In a method of its own, so that an attempt that nobody observes creates no closure for it. */
  #sendObserved(
    observed: AttemptObservation,
    lane: Lane,
    prepared: PreparedAttempt,
    settled: () => void,
  ): void {
    observed.run(() =>
      sendAttempt(prepared, this.options.context, (sent) =>
        observed.leave(() => this.#settled(lane, sent, settled, observed)),
      ),
    );
  }

  #settled(
    lane: Lane,
    sent: SentAttempt,
    settled: () => void,
    observed: AttemptObservation | undefined,
  ): void {
    const { delivery } = sent.prepared;
    if (wasAborted(sent)) {
      observed?.end(abortedFacts(sent.durationMs, 'ABORTED'));
      return this.#takeBack(lane, delivery, settled);
    }
    const { context, notifications } = this.options;
    let concluded: ConcludedAttempt;
    let before: HealthView | undefined;
    let transport: TransportRecord | undefined;
    try {
      concluded = concludeAttempt(sent, context);
      // Almost every attempt succeeds, and changes nothing about its transport.
      const isUsual = concluded.outcome.kind === 'delivered' && lane.failingSince === null;
      if (!isUsual || notifications.isObserved) before = lane.health;
      transport = lane.learn(concluded, context.now(), context.random());
    } catch (error) {
      observed?.end(abortedFacts(sent.durationMs, 'NOT_CONCLUDED'));
      return this.#failed(lane, delivery, settled, error);
    }
    observed?.end(resultFacts(concluded, sent.prepared.event, context.now()));
    settled();
    if (concluded.record.status !== 'DELIVERED') this.#logFailure(lane, sent, concluded);
    if (before === undefined) {
      this.recorder.recordAttempt(lane, delivery, concluded.record, transport, undefined);
    } else {
      this.#warnOf(lane, transport);
      this.#recordWithNotifications(lane, sent, concluded.record, before, transport);
    }
    this.inspection.add(lane);
  }

  /** Records the attempt with its events, and with the notifications to publish once it is recorded. */
  #recordWithNotifications(
    lane: Lane,
    { prepared: { delivery, event } }: SentAttempt,
    record: AttemptRecord,
    before: HealthView,
    learned: TransportRecord | undefined,
  ): void {
    const { context, disableAfterMs, notifications } = this.options;
    const nowMs = context.now();
    const after = lane.health;
    const ofAttempt = attemptNotification(lane, delivery, record, event, nowMs);
    const ofTransport = transportNotifications(lane, { before, after, learned, disableAfterMs, nowMs });
    const events = this.#reported.ofTransport(lane, {
      notifications: ofTransport,
      action: event?.action ?? null,
      after,
      disableAfterMs,
      nowMs,
    });
    const transport = events.length === 0 ? learned : { ...(learned ?? lane.unchanged), events };
    const published = notifications.isObserved ? [ofAttempt, ...ofTransport] : undefined;
    this.recorder.recordAttempt(lane, delivery, withEvent(record, ofAttempt), transport, published);
  }

  #logFailure(lane: Lane, { prepared }: SentAttempt, { record }: ConcludedAttempt): void {
    const { delivery, event, config } = prepared;
    this.#attemptLog.failed({ transport: lane, delivery, event, target: config.target, record });
  }

  /** The attempt did not take place, or this process aborted it: the delivery is due as before. */
  #takeBack(lane: Lane, delivery: QueuedDelivery, settled: () => void): void {
    settled();
    lane.returned(delivery);
    this.inspection.add(lane);
  }

  /**
   * An error prevented the attempt, or the evaluation of its result. If the database is unavailable, the delivery is due as
   * before. Otherwise it is postponed, and other deliveries are sent meanwhile.
   */
  #failed(lane: Lane, delivery: QueuedDelivery, settled: () => void, error: unknown): void {
    const isUnavailable = classify(error) === 'unavailable';
    const next = isUnavailable ? 'is due as before' : `is postponed by ${POSTPONE_MS / 1000} s`;
    this.options.log.warn(
      `Delivery ${deliveryUidOf(delivery.deliveryId)} was interrupted by an error and ${next}`,
      error,
    );
    if (isUnavailable) return this.#takeBack(lane, delivery, settled);
    settled();
    this.recorder.postpone(lane, delivery, this.options.context.now() + POSTPONE_MS);
    this.inspection.add(lane);
  }

  /** If the change contains a new warning, logs that the transport will be disabled soon. */
  #warnOf(lane: Lane, learned: TransportRecord | undefined): void {
    if (learned?.failingWarned === undefined) return;
    const { context, disableAfterMs, log } = this.options;
    const hoursLeft = (disableAfterMs - (context.now() - lane.failingSince!)) / 3_600_000;
    log.warn(
      `Every attempt to HTTP transport "${lane.httpTransportUid}" of tenant "${lane.tenantUid}" has failed since ` +
        `${new Date(lane.failingSince!).toISOString()}: the transport will be disabled in ${Math.round(hoursLeft)} h unless one succeeds`,
    );
  }
}
