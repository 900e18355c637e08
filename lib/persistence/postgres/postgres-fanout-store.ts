import type {
  FanoutBatch,
  FanoutPlan,
  FanoutStore,
  FanoutWebhook,
  OutboxCursor,
  UnfannedEvent,
} from '../fanout-store.js';
import { isUniqueViolation } from '../constraint-violation.js';
import type { PostgresDatabase } from './postgres-database.js';
import { writeParameters } from './fanout-parameters.js';
import { pendingText, readText, writeText } from './fanout-sql.js';
import { numbers } from './sql.js';

/** Both kinds of row that `read` answers, in one shape: they come in one round trip. */
interface BatchRow {
  is_event: boolean;
  id: number;
  tenant_uid: string;
  action: string;
  event_uid: string;
  ordering_key: string | null;
  body: string | null;
  transport_id: number;
  http_transport_uid: string;
  transport_state: string;
  ordered: boolean;
}

interface TakenRow {
  event_id: number;
}

/** Fan-out on PostgreSQL: one statement reads, one statement writes, no transaction stays open in between. */
export class PostgresFanoutStore implements FanoutStore {
  readonly #table: (name: string) => string;
  readonly #read: string;
  readonly #pending: string;
  /** By name. */
  readonly #writes: Record<string, string> = {};

  constructor(private readonly database: PostgresDatabase) {
    this.#table = (name) => database.table(name);
    this.#read = readText(this.#table);
    this.#pending = pendingText(this.#table);
  }

  async read(cursors: readonly OutboxCursor[], limit: number, withBody: boolean): Promise<FanoutBatch> {
    const rows = await this.database.query<BatchRow>('tillhook_fanout_read', this.#read, [
      cursors.map((cursor) => cursor.tenantUid),
      numbers(cursors.map((cursor) => cursor.afterId)),
      limit,
      withBody,
    ]);
    const events: UnfannedEvent[] = [];
    const webhooks: FanoutWebhook[] = [];
    for (const row of rows) {
      if (row.is_event) events.push(eventOf(row));
      else webhooks.push(webhookOf(row));
    }
    return { events: events.sort((a, b) => a.id - b.id), webhooks };
  }

  async write(plan: FanoutPlan): Promise<ReadonlySet<number>> {
    const mayExist = plan.events.some((event) => !event.isFinished);
    try {
      return await this.#write(plan, mayExist);
    } catch (error) {
      // Somebody has written a part of it when it was longer: webhooks have been deleted since.
      if (mayExist || !isUniqueViolation(error)) throw error;
      return this.#write(plan, true);
    }
  }

  async pending(tenantUids: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.database.query<{ tenant_uid: string; pending: number }>(
      'tillhook_fanout_pending',
      this.#pending,
      [tenantUids],
    );
    return new Map(rows.map((row) => [row.tenant_uid, row.pending]));
  }

  async #write(plan: FanoutPlan, mayExist: boolean): Promise<ReadonlySet<number>> {
    const isOrdered = plan.deliveries.some((delivery) => delivery.orderingKey !== null);
    const name = `tillhook_fanout_write${isOrdered ? '_ordered' : ''}${mayExist ? '_again' : ''}`;
    const text = (this.#writes[name] ??= writeText(this.#table, { isOrdered, mayExist }));
    const rows = await this.database.query<TakenRow>(name, text, writeParameters(plan, isOrdered));
    return new Set(rows.map((row) => row.event_id));
  }
}

const eventOf = (row: BatchRow): UnfannedEvent => ({
  id: row.id,
  tenantUid: row.tenant_uid,
  eventUid: row.event_uid,
  action: row.action,
  orderingKey: row.ordering_key,
  body: row.body,
});

const webhookOf = (row: BatchRow): FanoutWebhook => ({
  id: row.id,
  tenantUid: row.tenant_uid,
  webhookUid: row.event_uid,
  action: row.action,
  ordered: row.ordered,
  transportId: row.transport_id,
  httpTransportUid: row.http_transport_uid,
  transportState: row.transport_state as FanoutWebhook['transportState'],
});
