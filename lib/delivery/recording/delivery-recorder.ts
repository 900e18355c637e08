import type { NotificationSink, WebhookNotification } from '../../domain/notification.js';
import type { QueuedDelivery } from '../../persistence/lane-store.js';
import type {
  AttemptRecord,
  PostponedDelivery,
  QueueKey,
  RecordStore,
  TransportRecord,
} from '../../persistence/record-store.js';
import type { RoundStatus } from '../../timing/round-history.js';
import type { HeldLanes } from '../lanes/held-lanes.js';
import type { InspectionList } from '../lanes/inspection-list.js';
import type { Lane } from '../lanes/lane.js';
import { attemptNotification } from '../sending/attempt-notifications.js';
import { crashedAttempt, type AttemptContext, type ConcludedAttempt } from '../sending/attempt.js';
import type { WorkerLog } from '../worker-log.js';
import { Recorder, type RecordEntry } from './recorder.js';

export interface DeliveryRecorderOptions {
  readonly context: AttemptContext;
  /** This many outcomes are written without waiting for those before them. */
  readonly fullGroup: number;
  readonly log: WorkerLog;
  readonly notifications: NotificationSink;
  /** Whether the transport is disabled according to the database. */
  readonly isDisabled: (transportId: number) => Promise<boolean>;
}

/** Records what became of deliveries, and tells their lanes when it is in the database. */
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
      log.warn('Recording failed', error),
    );
  }

  /** Outcomes that wait to be written. */
  get backlog(): number {
    return this.#recorder.backlog;
  }

  /** How writing has gone. */
  get rounds(): RoundStatus {
    return this.#recorder.rounds;
  }

  /** Whether nothing could be written of late, and only another outcome shows whether that is over. */
  get isStalled(): boolean {
    return this.#recorder.isStalled;
  }

  /** Whether this process has sent the delivery and cannot record its outcome for now. */
  isUnrecorded(deliveryId: number): boolean {
    return this.#recorder.isUnrecorded(deliveryId);
  }

  /**
   * @param transport what the attempt means for the whole transport
   * @param notifications what to publish when all of it is in the database
   */
  recordAttempt(
    lane: Lane,
    delivery: QueuedDelivery,
    { record }: ConcludedAttempt,
    transport: TransportRecord | undefined,
    notifications: readonly WebhookNotification[] | undefined,
  ): void {
    const entry = new LaneEntry(this, lane, delivery, record.nextDueAt, record, transport);
    entry.notifications = notifications;
    this.#recorder.add(entry);
  }

  /** Deliveries that the last holder of the lane was sending when it crashed. */
  recordCrashes(lane: Lane, rows: readonly QueuedDelivery[]): void {
    const { context, notifications } = this.options;
    for (const row of rows) {
      const attempt = crashedAttempt(row, lane.config, context);
      this.options.log.warn(
        `Delivery ${row.deliveryId} counts as a failed attempt: the process that was sending it crashed` +
          (attempt.status === 'FAILED' ? '. It was the last attempt, repeated as often as allowed' : ''),
      );
      const entry = new LaneEntry(this, lane, row, attempt.nextDueAt, attempt);
      if (notifications.isObserved)
        entry.notifications = [attemptNotification(lane, row, attempt, undefined, context.now())];
      this.#recorder.add(entry);
    }
  }

  /** Deliveries that wait behind an earlier one of their key. */
  park(lane: Lane, rows: readonly QueuedDelivery[]): void {
    for (const row of rows)
      this.#recorder.add(new LaneEntry(this, lane, row, null, undefined, undefined, row));
  }

  /** The delivery could not be attempted, for a reason that is not the receiver's: it is due again later. */
  postpone(lane: Lane, delivery: QueuedDelivery, nextDueAt: number): void {
    const postponed = { ...delivery, nextDueAt };
    this.#recorder.add(
      new LaneEntry(this, lane, delivery, nextDueAt, undefined, undefined, undefined, postponed),
    );
  }

  /**
   * Writes the rest.
   *
   * @param giveUpAt performance.now() after which nothing is tried again; in a second at the earliest
   */
  stop(giveUpAt: number): Promise<void> {
    return this.#recorder.stop(giveUpAt);
  }

  /** The delivery waits apart. */
  entrySetAside({ lane, delivery }: LaneEntry): void {
    lane.setAside(delivery);
    this.inspection.add(lane);
  }

  /**
   * Tells the lane that the delivery was read into and, if this process has lost and claimed it again meanwhile, the one that
   * it holds now: that has left the delivery out as unrecorded, or may just be reading its old row. If it has sent the
   * delivery as well, it waits for its own outcome.
   */
  entryWritten(entry: LaneEntry, isOrphaned: boolean): void {
    const { lane, delivery, transport, notifications } = entry;
    if (transport) lane.learnedIsRecorded(transport, this.options.context.elapsed());
    this.#tell(lane, entry, isOrphaned);
    const held = this.held.get(lane.transportId);
    if (held && held !== lane && !held.hasInHand(delivery)) this.#tell(held, entry, isOrphaned);
    if (notifications && !isOrphaned) this.#publish(lane, notifications);
  }

  #publish({ transportId }: Lane, notifications: readonly WebhookNotification[]): void {
    for (const notification of notifications) {
      if (notification.type === 'transportDisabled') void this.#publishIfDisabled(transportId, notification);
      else this.options.notifications.publish(notification);
    }
  }

  /** A holder that has lost its lane disables nothing: the database knows. */
  async #publishIfDisabled(transportId: number, notification: WebhookNotification): Promise<void> {
    try {
      if (await this.options.isDisabled(transportId)) this.options.notifications.publish(notification);
    } catch (error) {
      this.options.log.warn(
        'Looking whether an http transport was disabled failed: nobody is notified',
        error,
      );
    }
  }

  #tell(lane: Lane, { delivery, nextDueAt, parked }: LaneEntry, isOrphaned: boolean): void {
    if (isOrphaned) lane.orphaned(delivery);
    else if (parked) lane.parked(delivery);
    else lane.recorded(delivery, nextDueAt);
    this.inspection.add(lane);
  }
}

/** Something to record about a delivery of a lane. A class, since one is made for each attempt: no closures, one shape. */
class LaneEntry implements RecordEntry {
  pauseMs: number | undefined = undefined;
  /** To be published when the entry is written. */
  notifications: readonly WebhookNotification[] | undefined = undefined;

  constructor(
    private readonly owner: DeliveryRecorder,
    readonly lane: Lane,
    readonly delivery: QueuedDelivery,
    /** When it is due again; null: never. */
    readonly nextDueAt: number | null,
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

  written(isOrphaned: boolean): void {
    this.owner.entryWritten(this, isOrphaned);
  }
}
