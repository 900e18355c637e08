import type { RecoverableStatus } from '../../domain/recovery.js';
import type { NumberedRow } from '../ports/event-list-store.js';
import type {
  EndedDelivery,
  EnqueuedBatch,
  EnqueueRefusal,
  EventPair,
  PendingRecoveries,
  RecoveryBatch,
  RecoveryCandidate,
  RecoveryStore,
  Scanned,
  ScannedEvent,
  ScanRange,
} from '../ports/recovery-store.js';
import {
  candidateOf,
  endedDeliveryOf,
  pairOf,
  scanned,
  scannedEventOf,
  type EndedRow,
  type EventRow,
  type ItemRow,
  type PairRow,
} from '../sql/recovery-rows.js';
import { RolledBack } from '../sql/rolled-back.js';
import { DeliveryNumbers } from './delivery-numbers.js';
import { recoveryTexts } from './recovery-sql.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** The delivery of an event to a transport. */
type FoundPair = Omit<PairRow, 'event_id'> & { webhook_id: number };

/** Recoveries on SQLite: a batch is one synchronous transaction, row by row. */
export class SqliteRecoveryStore implements RecoveryStore {
  readonly #sql: ReturnType<typeof recoveryTexts>;
  readonly #numbers: DeliveryNumbers;

  constructor(private readonly database: SqliteDatabase) {
    this.#sql = recoveryTexts(database);
    this.#numbers = new DeliveryNumbers(database);
  }

  eventRange(): Promise<{ first: number; last: number } | undefined> {
    const { first, last } = this.database
      .prepare<{ first: number | null; last: number | null }>(this.#sql.eventRange)
      .get()!;
    return Promise.resolve(first === null || last === null ? undefined : { first, last });
  }

  firstEventsFrom(ids: readonly number[]): Promise<NumberedRow[]> {
    const statement = this.database.prepare<{ id: number; created_at: number }>(this.#sql.firstEventFrom);
    const found = ids.flatMap((from) => {
      const row = statement.get(from);
      return row ? { from, id: row.id, createdAt: row.created_at } : [];
    });
    return Promise.resolve(found);
  }

  scanEnded(
    tenantId: number,
    transportId: number,
    status: RecoverableStatus,
    { afterId, beforeId, limit }: ScanRange,
  ): Promise<Scanned<EndedDelivery>> {
    const rows = this.database
      .prepare<EndedRow>(this.#sql.scanEnded)
      .all(tenantId, status, afterId, beforeId, limit, transportId);
    return Promise.resolve(scanned(rows, limit, (row) => row.transport_id === transportId, endedDeliveryOf));
  }

  scanEvents(tenantUid: string, { afterId, beforeId, limit }: ScanRange): Promise<Scanned<ScannedEvent>> {
    const rows = this.database.prepare<EventRow>(this.#sql.scanEvents).all(afterId, beforeId, limit);
    return Promise.resolve(scanned(rows, limit, (row) => row.tenant_uid === tenantUid, scannedEventOf));
  }

  items(
    recoveryId: number,
    transportId: number,
    afterId: number,
    limit: number,
  ): Promise<RecoveryCandidate[]> {
    const rows = this.database.prepare<ItemRow>(this.#sql.items).all(transportId, recoveryId, afterId, limit);
    return Promise.resolve(rows.map(candidateOf));
  }

  pairs(transportId: number, eventIds: readonly number[]): Promise<EventPair[]> {
    const found = eventIds.flatMap((eventId) => {
      const row = this.#pair(transportId, eventId);
      return row ? pairOf({ ...row, event_id: eventId }) : [];
    });
    return Promise.resolve(found);
  }

  pending(transportId: number, most: PendingRecoveries, now: number): Promise<PendingRecoveries> {
    const values = { transportId, now, ...most };
    return Promise.resolve(this.database.prepare<PendingRecoveries>(this.#sql.pending).get(values)!);
  }

  async enqueue(batch: RecoveryBatch): Promise<EnqueuedBatch | EnqueueRefusal> {
    try {
      return await this.database.transaction(() => this.#enqueue(batch));
    } catch (error) {
      if (error instanceof RolledBack) return 'LOST';
      throw error;
    }
  }

  #enqueue(batch: RecoveryBatch): EnqueuedBatch | EnqueueRefusal {
    const { id, leaseToken, transportId, now, leaseUntil, cursorId, found } = batch;
    if (this.database.prepare(this.#sql.hasLane).get(transportId) === undefined) return 'NO_LANE';
    const enqueued = { requeued: 0, created: 0 };
    const isSendable = this.database.prepare(this.#sql.isSendable);
    const sendable = batch.candidates.filter(({ eventId }) => isSendable.get(eventId) !== undefined);
    sendable.forEach((candidate, place) => {
      const done = this.#enqueueOne(batch, candidate, batch.dueFrom + place);
      if (done) enqueued[done]++;
    });
    const { requeued, created } = enqueued;
    if (requeued + created > 0) {
      const added = { transportId, tenantUid: batch.tenantUid, rows: requeued + created };
      this.database.prepare(this.#sql.noteQueued).run(added);
      this.database.prepare(this.#sql.notify).run({ now, transportId });
    }
    const payloadGone = batch.payloadGone + batch.candidates.length - sendable.length;
    const skipped = sendable.length - requeued - created + batch.refused;
    const job = { id, leaseToken, now, leaseUntil, cursorId, found, requeued, created, skipped, payloadGone };
    if (this.database.prepare(this.#sql.progress).run(job).changes === 0) throw new RolledBack();
    return enqueued;
  }

  #enqueueOne(
    { transportId, tenantUid, statuses, now }: RecoveryBatch,
    { eventId, webhookId, orderingKey }: RecoveryCandidate,
    dueAt: number,
  ): keyof EnqueuedBatch | undefined {
    const run = (sql: string, values: unknown): unknown => this.database.prepare(sql).run(values);
    const pair = this.#pair(transportId, eventId);
    // Nothing is sent for a webhook that was deleted after the event was read.
    const wantedBy = webhookId ?? pair?.webhook_id ?? null;
    const isWanted = this.database.prepare(this.#sql.hasWebhook).get(wantedBy) !== undefined;
    if (!isWanted) return undefined;
    if (pair) {
      const { delivery_id: id, status } = pair;
      if (status === 'PENDING' || !statuses.some((one) => one === status)) return undefined;
      run(this.#sql.keepAttempt, id);
      run(this.#sql.requeue, { id, dueAt, orderingKey });
      run(this.#sql.remove, id);
      return 'requeued';
    }
    const isUnfanned = this.database.prepare(this.#sql.isOnOutbox).get(tenantUid, eventId) !== undefined;
    if (webhookId === null || isUnfanned) return undefined;
    const id = this.#numbers.take(1);
    run(this.#sql.create, { transportId, tenantUid, id, eventId, webhookId, orderingKey, dueAt, now });
    return 'created';
  }

  #pair(transportId: number, eventId: number): FoundPair | undefined {
    return this.database.prepare<FoundPair>(this.#sql.pair).get({ transportId, eventId });
  }
}
