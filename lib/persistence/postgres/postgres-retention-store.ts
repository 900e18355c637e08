import type { PoolClient } from 'pg';
import type {
  LogScope,
  NumberedTenant,
  OldDelivery,
  OldEvent,
  RemovedEvents,
  RemovedRows,
  RetentionStore,
  TombstoneCursor,
} from '../ports/retention-store.js';
import { numberedTenants, removeTombstones, tenantIdOf } from '../sql/retention-sql.js';
import type { PostgresDatabase } from './postgres-database.js';
import { retentionTexts } from './retention-texts.js';
import { numbers, numbersOf } from './sql.js';

interface DeliveryRow {
  id: number;
  created_at: number;
  finished_at: number;
  bytes: number;
}

interface EventRow {
  id: number;
  tenant_uid: string;
  created_at: number;
  has_body: boolean;
  bytes: number;
  is_referred: boolean;
}

interface LockedRow {
  /** Null: none. */
  event_ids: string | null;
  took_ms: number;
}

interface RemovedRow extends LockedRow {
  deliveries: number;
  attempts: number;
}

interface ChangedRow {
  events: number;
  took_ms: number;
}

/** Retention on PostgreSQL. */
export class PostgresRetentionStore implements RetentionStore {
  readonly #sql: ReturnType<typeof retentionTexts>;

  constructor(private readonly database: PostgresDatabase) {
    this.#sql = retentionTexts(database);
  }

  tenants(afterId: number, limit: number): Promise<NumberedTenant[]> {
    return numberedTenants(this.database, afterId, limit);
  }

  tenantId(tenantUid: string): Promise<number | undefined> {
    return tenantIdOf(this.database, tenantUid);
  }

  async oldestDeliveries(
    { tenantId, status }: LogScope,
    afterId: number,
    limit: number,
  ): Promise<OldDelivery[]> {
    const rows = await this.database.query<DeliveryRow>(
      'tillhook_retention_deliveries',
      this.#sql.oldestDeliveries,
      [tenantId, status, afterId, limit],
    );
    return rows.map(({ id, created_at: createdAt, finished_at: finishedAt, bytes }) => ({
      id,
      createdAt,
      finishedAt,
      bytes,
    }));
  }

  removeDeliveries(
    { tenantId, status }: LogScope,
    ids: readonly number[],
    finishedBefore: number,
  ): Promise<RemovedRows> {
    return this.database.transaction(async (client) => {
      const { rows } = await client.query<RemovedRow>({
        name: 'tillhook_retention_remove',
        text: this.#sql.removeDeliveries,
        values: [tenantId, status, numbers(ids), finishedBefore],
      });
      const { deliveries, attempts, event_ids: eventIds, took_ms: tookMs } = rows[0]!;
      const { events, tookMs: forEventsMs } = await this.#removeEvents(client, numbersOf(eventIds));
      return { deliveries, attempts, events, tookMs: tookMs + forEventsMs };
    });
  }

  async oldestEvents(afterId: number, limit: number, withReferences: boolean): Promise<OldEvent[]> {
    const rows = await this.database.query<EventRow>('tillhook_retention_events', this.#sql.oldestEvents, [
      afterId,
      limit,
      withReferences,
    ]);
    return rows.map((row) => ({
      id: row.id,
      tenantUid: row.tenant_uid,
      createdAt: row.created_at,
      bytes: row.bytes,
      hasBody: row.has_body,
      isReferred: row.is_referred,
    }));
  }

  removeEvents(ids: readonly number[]): Promise<RemovedEvents> {
    return this.database.transaction((client) => this.#removeEvents(client, ids));
  }

  async eraseBodies(ids: readonly number[], now: number): Promise<RemovedEvents> {
    const [row] = await this.database.query<ChangedRow>('tillhook_retention_bodies', this.#sql.eraseBodies, [
      numbers(ids),
      now,
    ]);
    return { events: row!.events, tookMs: row!.took_ms };
  }

  removeTombstones(after: TombstoneCursor, limit: number): Promise<TombstoneCursor | undefined> {
    return removeTombstones(this.database, after, limit);
  }

  /** Two statements: the second one has a snapshot that is younger than the locks of the first one. */
  async #removeEvents(client: PoolClient, ids: readonly number[]): Promise<RemovedEvents> {
    if (ids.length === 0) return { events: 0, tookMs: 0 };
    const locked = await client.query<LockedRow>({
      name: 'tillhook_retention_lock_events',
      text: this.#sql.lockUnused,
      values: [numbers(ids)],
    });
    const { event_ids: unused, took_ms: tookMs } = locked.rows[0]!;
    if (unused === null) return { events: 0, tookMs };
    const { rows } = await client.query<ChangedRow>({
      name: 'tillhook_retention_remove_events',
      text: this.#sql.removeEvents,
      values: [unused],
    });
    return { events: rows[0]!.events, tookMs: tookMs + rows[0]!.took_ms };
  }
}
