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
import type { PostgresDatabase } from './postgres-database.js';
import { recoveryTexts } from './recovery-sql.js';
import { numbers } from './sql.js';

/** Recoveries on PostgreSQL. */
export class PostgresRecoveryStore implements RecoveryStore {
  readonly #sql: ReturnType<typeof recoveryTexts>;

  constructor(private readonly database: PostgresDatabase) {
    this.#sql = recoveryTexts(database);
  }

  async eventRange(): Promise<{ first: number; last: number } | undefined> {
    const [row] = await this.database.query<{ first: number | null; last: number | null }>(
      'tillhook_recovery_event_range',
      this.#sql.eventRange,
      [],
    );
    const { first, last } = row!;
    return first === null || last === null ? undefined : { first, last };
  }

  async firstEventsFrom(ids: readonly number[]): Promise<NumberedRow[]> {
    const rows = await this.database.query<{ from_id: number; id: number; created_at: number }>(
      'tillhook_recovery_first_events',
      this.#sql.firstEventsFrom,
      [numbers(ids)],
    );
    return rows.map((row) => ({ from: row.from_id, id: row.id, createdAt: row.created_at }));
  }

  async scanEnded(
    tenantId: number,
    transportId: number,
    status: RecoverableStatus,
    { afterId, beforeId, limit }: ScanRange,
  ): Promise<Scanned<EndedDelivery>> {
    const values = [transportId, tenantId, status, afterId, beforeId, limit];
    const rows = await this.database.query<EndedRow>('tillhook_recovery_ended', this.#sql.scanEnded, values);
    return scanned(rows, limit, (row) => row.transport_id === transportId, endedDeliveryOf);
  }

  async scanEvents(
    tenantUid: string,
    { afterId, beforeId, limit }: ScanRange,
  ): Promise<Scanned<ScannedEvent>> {
    const values = [afterId, beforeId, limit];
    const rows = await this.database.query<EventRow>(
      'tillhook_recovery_events',
      this.#sql.scanEvents,
      values,
    );
    return scanned(rows, limit, (row) => row.tenant_uid === tenantUid, scannedEventOf);
  }

  async items(
    recoveryId: number,
    transportId: number,
    afterId: number,
    limit: number,
  ): Promise<RecoveryCandidate[]> {
    const values = [transportId, recoveryId, afterId, limit];
    return (await this.database.query<ItemRow>('tillhook_recovery_items', this.#sql.items, values)).map(
      candidateOf,
    );
  }

  async pairs(transportId: number, eventIds: readonly number[]): Promise<EventPair[]> {
    const values = [transportId, numbers(eventIds)];
    return (await this.database.query<PairRow>('tillhook_recovery_pairs', this.#sql.pairs, values)).map(
      pairOf,
    );
  }

  async pending(transportId: number, most: PendingRecoveries, now: number): Promise<PendingRecoveries> {
    const values = [transportId, now, most.due, most.parked];
    const [row] = await this.database.query<PendingRecoveries>(
      'tillhook_recovery_pending',
      this.#sql.pending,
      values,
    );
    return row!;
  }

  async enqueue(batch: RecoveryBatch): Promise<EnqueuedBatch | EnqueueRefusal> {
    try {
      return await this.#enqueue(batch);
    } catch (error) {
      if (error instanceof RolledBack) return 'LOST';
      throw error;
    }
  }

  #enqueue({ transportId, candidates, ...batch }: RecoveryBatch): Promise<EnqueuedBatch | EnqueueRefusal> {
    return this.database.transaction(async (client) => {
      const run = async <Row extends object>(
        name: keyof ReturnType<typeof recoveryTexts>,
        values: unknown[],
      ) => client.query<Row>({ name: `tillhook_recovery_${name}`, text: this.#sql[name], values });
      const lane = await run('lockLane', [transportId]);
      if (lane.rowCount === 0) return 'NO_LANE';
      const locked = await run<{ id: number }>('lockEvents', [
        numbers(candidates.map(({ eventId }) => eventId)),
      ]);
      const kept = new Set(locked.rows.map(({ id }) => id));
      const sendable = candidates.filter(({ eventId }) => kept.has(eventId));
      const { rows } = await run<EnqueuedBatch>('enqueue', [
        transportId,
        batch.tenantUid,
        numbers(sendable.map(({ eventId }) => eventId)),
        numbers(sendable.map(({ webhookId }) => webhookId)),
        sendable.map(({ orderingKey }) => orderingKey),
        // `enqueue` adds the place of each row, and the first row has the place 1.
        batch.dueFrom - 1,
        batch.now,
        batch.statuses,
      ]);
      const { requeued, created } = rows[0]!;
      const skipped = sendable.length - requeued - created + batch.refused;
      const { rowCount } = await run('progress', [
        batch.id,
        batch.leaseToken,
        batch.cursorId,
        batch.found,
        requeued,
        created,
        skipped,
        batch.payloadGone + candidates.length - sendable.length,
        batch.now,
        batch.leaseUntil,
      ]);
      if (rowCount === 0) throw new RolledBack();
      return { requeued, created };
    });
  }
}
