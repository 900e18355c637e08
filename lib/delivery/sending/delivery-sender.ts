import { classify } from '../../persistence/errors/driver-errors.js';
import type { LaneStore, QueuedDelivery } from '../../persistence/ports/lane-store.js';
import type { NotificationSink } from '../../domain/notification.js';
import { deliveryUidOf } from '../../domain/uid.js';
import type { AttemptRecord, TransportRecord } from '../../persistence/ports/record-store.js';
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
  type SentAttempt,
} from './attempt.js';
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
  readonly log: WorkerLog;
}

/** Sends deliveries: loads the body, makes the request, and passes the outcome to the recorder. */
export class DeliverySender {
  readonly #reported = new ReportedEvents<Lane>();
  readonly #abort = new AbortController();

  constructor(
    private readonly store: Pick<LaneStore, 'note'>,
    private readonly bodies: EventLoader,
    private readonly renewals: LaneRenewals,
    private readonly recorder: DeliveryRecorder,
    private readonly inspection: InspectionList,
    private readonly options: DeliverySenderOptions,
  ) {}

  /**
   * Sends a delivery that was taken from the lane, and passes the outcome to the recorder.
   *
   * @param settled called once, when the slot is free again
   */
  send(lane: Lane, delivery: QueuedDelivery, settled: () => void): void {
    const event = this.bodies.get(delivery.eventId);
    if (!event || lane.isRateLimited || lane.mustNote(delivery)) {
      this.#sendWhenReady(lane, delivery, event, settled).catch((error: unknown) =>
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
  async #sendWhenReady(
    lane: Lane,
    delivery: QueuedDelivery,
    loaded: OutgoingEvent | undefined,
    settled: () => void,
  ): Promise<void> {
    const event = loaded ?? (await this.bodies.load(delivery.eventId)) ?? EVENT_MISSING;
    const isRenewed = !lane.isRateLimited || (await this.renewals.renew([lane])).has(lane);
    const { now, elapsed } = this.options.context;
    if (lane.mustNote(delivery)) await this.store.note(delivery, lane.leaseToken);
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
    const { context } = this.options;
    try {
      const prepared = prepareAttempt(delivery, event, lane.config, context, this.#abort.signal);
      sendAttempt(prepared, context, (sent) => this.#settled(lane, sent, settled));
    } catch (error) {
      this.#failed(lane, delivery, settled, error);
    }
  }

  #settled(lane: Lane, sent: SentAttempt, settled: () => void): void {
    const { delivery } = sent.prepared;
    if (wasAborted(sent)) return this.#takeBack(lane, delivery, settled);
    const { context, notifications } = this.options;
    let concluded: ConcludedAttempt;
    let before: HealthView | undefined;
    let transport: TransportRecord | undefined;
    try {
      concluded = concludeAttempt(sent, context);
      // Almost every attempt is delivered, and changes nothing of its transport.
      const isUsual = concluded.outcome.kind === 'delivered' && lane.failingSince === null;
      if (!isUsual || notifications.isObserved) before = lane.health;
      transport = lane.learn(concluded, context.now(), context.random());
    } catch (error) {
      return this.#failed(lane, delivery, settled, error);
    }
    settled();
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

  /** The attempt did not take place, or this process aborted it: the delivery is due as before. */
  #takeBack(lane: Lane, delivery: QueuedDelivery, settled: () => void): void {
    settled();
    lane.returned(delivery);
    this.inspection.add(lane);
  }

  /**
   * The attempt did not take place. If the database is unavailable, the delivery is due as before. Otherwise it is postponed,
   * and other deliveries are sent meanwhile.
   */
  #failed(lane: Lane, delivery: QueuedDelivery, settled: () => void, error: unknown): void {
    const isAway = classify(error) === 'unavailable';
    const next = isAway ? 'is due as before' : `is postponed by ${POSTPONE_MS / 1000} s`;
    this.options.log.warn(
      `Delivery ${deliveryUidOf(delivery.deliveryId)} could not be attempted and ${next}`,
      error,
    );
    if (isAway) return this.#takeBack(lane, delivery, settled);
    settled();
    this.recorder.postpone(lane, delivery, this.options.context.now() + POSTPONE_MS);
    this.inspection.add(lane);
  }

  /** Logs a warning if the attempt has made one due. */
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
