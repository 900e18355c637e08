import type { DeliveryStatus, AttemptTrigger } from '../../domain/delivery-status.js';
import type { RecoverableStatus } from '../../domain/recovery.js';
import type { NumberedRow } from './event-list-store.js';

/** The trigger of deliveries that a recovery or replay has enqueued. */
export const RECOVERY_TRIGGER: AttemptTrigger = 'RECOVERY';

/** Rows in the order of their ids, read up to a limit. */
export interface Scanned<Row> {
  readonly rows: readonly Row[];
  /** Id of the last row that was read, including rows that are not returned; null: none was read. */
  readonly lastId: number | null;
  /** Whether there may be more. */
  readonly isFull: boolean;
}

export interface ScanRange {
  /** Exclusive. */
  readonly afterId: number;
  /** Exclusive. */
  readonly beforeId: number;
  /** Maximum number of rows that are read, including rows of other tenants or transports. */
  readonly limit: number;
}

/** A delivery of the log that ended without success. Instants are ms since the epoch, here and below. */
export interface EndedDelivery {
  readonly id: number;
  readonly eventId: number;
  /** Null: the event is not stored any more. */
  readonly eventUid: string | null;
  readonly action: string;
  readonly createdAt: number;
  readonly finishedAt: number;
  /** Whether the event's body is stored. */
  readonly hasBody: boolean;
  /** Whether its webhook exists. */
  readonly hasWebhook: boolean;
}

/** An event, without its body. */
export interface ScannedEvent {
  readonly id: number;
  readonly eventUid: string;
  readonly action: string;
  readonly orderingKey: string | null;
  readonly createdAt: number;
  readonly hasBody: boolean;
}

/** An event whose delivery is to be enqueued. */
export interface RecoveryCandidate {
  readonly eventId: number;
  /** Webhook of the delivery if it has to be created; null: it is never created. */
  readonly webhookId: number | null;
  /** As `recoveredKey` makes it; null: unordered. */
  readonly orderingKey: string | null;
  readonly hasBody: boolean;
}

/** The delivery of an event to a transport. */
export interface EventPair {
  readonly eventId: number;
  readonly deliveryId: number;
  readonly status: DeliveryStatus;
}

/** A job (a recovery or replay) that this process holds. */
export interface HeldRecovery {
  readonly id: number;
  /** Fencing token: rises with each claim, and when the job ends. */
  readonly leaseToken: number;
}

/** Deliveries to enqueue, and the progress to write to the job's row. */
export interface RecoveryBatch extends HeldRecovery {
  readonly tenantUid: string;
  readonly transportId: number;
  /** In the order of events. */
  readonly candidates: readonly RecoveryCandidate[];
  /** Only deliveries with these statuses are enqueued again. */
  readonly statuses: readonly DeliveryStatus[];
  /** Due date of the first delivery; each further one is due a millisecond later, so that they are sent in this order. */
  readonly dueFrom: number;
  /** The database's clock, ms since the epoch. */
  readonly now: number;
  readonly leaseUntil: number;
  readonly cursorId: number;
  /** Number of events that this batch adds to those that the job has found. */
  readonly found: number;
  /** Number of events that are not among the candidates, because their body is not stored any more. */
  readonly payloadGone: number;
  /** Number of events that are counted as skipped without being tried. */
  readonly refused: number;
}

/** Numbers of deliveries that jobs have enqueued and that were not attempted since. */
export interface PendingRecoveries {
  /** Due now. */
  readonly due: number;
  /** Behind an earlier delivery with their ordering key. */
  readonly parked: number;
}

export interface EnqueuedBatch {
  /** Deliveries that moved from the log to the queue. */
  readonly requeued: number;
  /** Deliveries that were created: the event had none to the transport. */
  readonly created: number;
}

/** `LOST`: the job is not held any more. `NO_LANE`: the transport was deleted. Nothing was written in either case. */
export type EnqueueRefusal = 'LOST' | 'NO_LANE';

/** Reads and enqueues what recoveries and replays send again. Jobs themselves: see `RecoveryRepository`. */
export interface RecoveryStore {
  /** The first and the last event of all tenants; undefined: there is none. */
  eventRange(): Promise<{ readonly first: number; readonly last: number } | undefined>;

  /** For each id, the first event of all tenants with that id or a greater one. */
  firstEventsFrom(ids: readonly number[]): Promise<NumberedRow[]>;

  /** Reads deliveries of one status of the tenant from the log, and returns those of the transport. */
  scanEnded(
    tenantId: number,
    transportId: number,
    status: RecoverableStatus,
    range: ScanRange,
  ): Promise<Scanned<EndedDelivery>>;

  /** Reads events of all tenants and returns those of the tenant. */
  scanEvents(tenantUid: string, range: ScanRange): Promise<Scanned<ScannedEvent>>;

  /** The next collected events of a job, in their order, with what is needed to enqueue them. */
  items(
    recoveryId: number,
    transportId: number,
    afterId: number,
    limit: number,
  ): Promise<RecoveryCandidate[]>;

  /** The deliveries of events to a transport, as far as they exist. */
  pairs(transportId: number, eventIds: readonly number[]): Promise<EventPair[]>;

  /**
   * Counts deliveries that jobs have enqueued for the transport and that were not attempted since.
   *
   * @param most upper bounds of the two counts
   */
  pending(transportId: number, most: PendingRecoveries, now: number): Promise<PendingRecoveries>;

  /**
   * Enqueues a batch and moves the job's cursor, in one transaction. The lane is locked first, so that fan-out cannot create
   * a delivery of the same event at the same time. Deliveries that are pending are skipped, and so are events that are in
   * the outbox and have no delivery to the transport yet. Events are locked, so that retention cannot delete them meanwhile;
   * those that have lost their body count as `payloadGone`.
   *
   * @throws the driver's error if another transaction keeps the lane locked for too long
   */
  enqueue(batch: RecoveryBatch): Promise<EnqueuedBatch | EnqueueRefusal>;
}
