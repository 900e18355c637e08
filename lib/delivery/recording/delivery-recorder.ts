import type { NotificationSink, WebhookNotification } from '../../domain/notification.js';
import { deliveryUidOf } from '../../domain/uid.js';
import type { QueuedDelivery } from '../../persistence/ports/lane-store.js';
import type {
  AttemptRecord,
  PostponedDelivery,
  QueueKey,
  RecordStore,
  TransportRecord,
} from '../../persistence/ports/record-store.js';
import type { RoundStatus } from '../../timing/round-history.js';
import type { HeldLanes } from '../lanes/held-lanes.js';
import type { InspectionList } from '../lanes/inspection-list.js';
import type { Lane } from '../lanes/lane.js';
import { asRetried, attemptNotification } from '../sending/attempt-notifications.js';
import { crashedAttempt, type AttemptContext } from '../sending/attempt.js';
import { withEvent } from '../sending/reported-events.js';
import type { WorkerLog } from '../worker-log.js';
import type { RecordEntry } from './record-entry.js';
import { Recorder } from './recorder.js';

export interface DeliveryRecorderOptions {
  readonly context: AttemptContext;
  /** Size of a group that is written at once, without waiting for more outcomes or for the group before it. */
  readonly fullGroup: number;
  readonly log: WorkerLog;
  readonly notifications: NotificationSink;
  /** Whether the transport is disabled according to the database. */
  readonly isDisabled: (transportId: number) => Promise<boolean>;
}

/** Records outcomes of deliveries, and updates their lanes once the outcomes are in the database. */
export class DeliveryRecorder {
  readonly #recorder: Recorder;

  constructor(
    records: Pick<RecordStore, 'record' | 'changeTransports'>,
    private readonly held: Pick<HeldLanes, 'get'>,
    private readonly inspection: InspectionList,
    private readonly options: DeliveryRecorderOptions,
  ) {
    const { context, fullGroup, log } = options;
    this.#recorder = new Recorder(records, fullGroup, context.now, (error) =>
      log.warn('Recording outcomes failed and is tried again', error),
    );
  }

  /** Number of outcomes that wait to be written. */
  get backlog(): number {
    return this.#recorder.backlog;
  }

  /** Status of the writes. */
  get rounds(): RoundStatus {
    return this.#recorder.rounds;
  }

  /**
   * Whether every entry since the last successful write was set aside and nothing else waits. Until one of these entries is
   * tried again after its pause, only another outcome can show whether writing works again.
   */
  get isStalled(): boolean {
    return this.#recorder.isStalled;
  }

  /** Whether this process cannot record the outcome of the delivery for now. */
  isUnrecorded(deliveryId: number): boolean {
    return this.#recorder.isUnrecorded(deliveryId);
  }

  /**
   * @param transport the change of the transport to write; undefined: nothing has changed
   * @param notifications published once the attempt and the change are in the database; undefined: none
   */
  recordAttempt(
    lane: Lane,
    delivery: QueuedDelivery,
    record: AttemptRecord,
    transport: TransportRecord | undefined,
    notifications: readonly WebhookNotification[] | undefined,
  ): void {
    const entry = new LaneEntry(this, lane, delivery, record.nextDueAt, record, transport);
    entry.notifications = notifications;
    this.#recorder.add(entry);
  }

  /** Records deliveries that the last holder of the lane was sending when it crashed. */
  recordCrashes(lane: Lane, rows: readonly QueuedDelivery[]): void {
    const { context, notifications } = this.options;
    for (const row of rows) {
      const attempt = crashedAttempt(row, lane.config, context);
      this.options.log.warn(
        `Delivery ${deliveryUidOf(row.deliveryId)}: the process crashed while it was sending attempt ${row.attempts + 1} (WORKER_CRASHED)` +
          (attempt.status === 'FAILED'
            ? '. The delivery has failed permanently: its last attempt was repeated as often as allowed'
            : '. The delivery is tried again'),
      );
      const notification = attemptNotification(lane, row, attempt, undefined, context.now());
      const record = withEvent(attempt, notification);
      const entry = new LaneEntry(this, lane, row, attempt.nextDueAt, record);
      if (notifications.isObserved) entry.notifications = [notification];
      this.#recorder.add(entry);
    }
  }

  /** Parks deliveries that wait behind an earlier one of their key. */
  park(lane: Lane, rows: readonly QueuedDelivery[]): void {
    for (const row of rows)
      this.#recorder.add(new LaneEntry(this, lane, row, null, undefined, undefined, row));
  }

  /** Makes a delivery due later, because it could not be attempted for a reason that has nothing to do with the receiver. */
  postpone(lane: Lane, delivery: QueuedDelivery, nextDueAt: number): void {
    const postponed = { ...delivery, nextDueAt };
    this.#recorder.add(
      new LaneEntry(this, lane, delivery, nextDueAt, undefined, undefined, undefined, postponed),
    );
  }

  /**
   * Writes what is left.
   *
   * @param giveUpAt instant of performance.now() after which no write is retried; at least one second is allowed
   */
  stop(giveUpAt: number): Promise<void> {
    return this.#recorder.stop(giveUpAt);
  }

  /** Called when the entry cannot be written for now. */
  entrySetAside({ lane, delivery }: LaneEntry): void {
    lane.setAside(delivery);
    this.inspection.add(lane);
  }

  /**
   * Updates the lane that the delivery was read into. If this process has lost that lane and claimed it again, it has a new
   * `Lane`. The new one is updated too, because it may have set the delivery aside as unrecorded, or may be reading the old row.
   * Exception: if the new one has the delivery in hand, it waits for its own outcome.
   */
  entryWritten(entry: LaneEntry, isOrphaned: boolean): void {
    const { lane, delivery, transport, notifications } = entry;
    if (transport) lane.learnedIsRecorded(transport, this.options.context.elapsed());
    this.#notifyLane(lane, entry, isOrphaned);
    const held = this.held.get(lane.transportId);
    if (held && held !== lane && !held.hasInHand(delivery)) this.#notifyLane(held, entry, isOrphaned);
    if (notifications && !isOrphaned) this.#publish(lane, notifications);
  }

  #publish(lane: Lane, notifications: readonly WebhookNotification[]): void {
    for (const notification of notifications) {
      if (notification.type === 'transportDisabled') void this.#publishIfDisabled(lane, notification);
      else this.options.notifications.publish(notification);
    }
  }

  /** Checks the database first, because the change is ignored if this process has lost the lane. */
  async #publishIfDisabled(lane: Lane, notification: WebhookNotification): Promise<void> {
    try {
      if (await this.options.isDisabled(lane.transportId)) this.options.notifications.publish(notification);
    } catch (error) {
      this.options.log.warn(
        `Query for the state of HTTP transport "${lane.httpTransportUid}" of tenant "${lane.tenantUid}" failed: ` +
          'the notification transportDisabled is not published',
        error,
      );
    }
  }

  #notifyLane(lane: Lane, { delivery, nextDueAt, parked, postponed }: LaneEntry, isOrphaned: boolean): void {
    if (isOrphaned) lane.orphaned(delivery);
    else if (parked) lane.parked(delivery);
    else if (postponed) lane.postponed(delivery, postponed.nextDueAt);
    else lane.recorded(delivery, nextDueAt);
    this.inspection.add(lane);
  }
}

/**
 * Something to record about a delivery of a lane. It is a class because one is created for each attempt: it needs no closures,
 * and V8 gives all instances the same shape.
 */
class LaneEntry implements RecordEntry {
  pauseMs: number | undefined = undefined;
  /** Published once the entry is written. */
  notifications: readonly WebhookNotification[] | undefined = undefined;

  constructor(
    private readonly owner: DeliveryRecorder,
    readonly lane: Lane,
    readonly delivery: QueuedDelivery,
    /** When the delivery is due again, ms since the epoch; null: it has ended, or is parked. */
    public nextDueAt: number | null,
    public attempt: AttemptRecord | undefined,
    readonly transport?: TransportRecord,
    readonly parked?: QueueKey,
    readonly postponed?: PostponedDelivery,
  ) {}

  get deliveryId(): number {
    return this.delivery.deliveryId;
  }

  setAside(): void {
    this.owner.entrySetAside(this);
  }

  requestedMeanwhile(now: number): void {
    if (!this.attempt) return;
    this.nextDueAt = now;
    this.attempt = { ...this.attempt, status: 'PENDING', reason: null, nextDueAt: now, event: undefined };
    this.notifications = this.notifications?.map((notification) => asRetried(notification, new Date(now)));
  }

  written(isOrphaned: boolean): void {
    this.owner.entryWritten(this, isOrphaned);
  }
}
