import type {
  FanoutBatch,
  FanoutPlan,
  FanoutStore,
  FanoutWebhook,
  OutboxCursor,
  UnfannedEvent,
} from '../fanout-store.js';
import type { EventContent } from '../lane-store.js';
import { isUniqueViolation } from '../constraint-violation.js';
import type { PostgresDatabase } from './postgres-database.js';
import { writeParameters } from './fanout-parameters.js';
import { pendingText, readText, writeText } from './fanout-sql.js';
import { numbers, numbersOf } from './sql.js';

/** The kinds of row that `read` answers (see `readText`), in one shape. */
type BatchRow =
  | { kind: 'events'; tenant_uid: string; action: string; ids: string; keyed: string | null }
  | { kind: 'content'; id: number; action: string; uid: string; body: string }
  | WebhookRow;

interface WebhookRow {
  kind: 'webhook';
  id: number;
  tenant_uid: string;
  action: string;
  uid: string;
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
  readonly #readWithContents: string;
  readonly #pending: string;
  /** By name. */
  readonly #writes: Record<string, string> = {};

  constructor(private readonly database: PostgresDatabase) {
    this.#table = (name) => database.table(name);
    this.#read = readText(this.#table, false);
    this.#readWithContents = readText(this.#table, true);
    this.#pending = pendingText(this.#table);
  }

  async read(cursors: readonly OutboxCursor[], limit: number, contentBytes: number): Promise<FanoutBatch> {
    const values = [
      cursors.map((cursor) => cursor.tenantUid),
      numbers(cursors.map((cursor) => cursor.afterId)),
      limit,
    ];
    const rows = await (contentBytes === 0
      ? this.database.query<BatchRow>('tillhook_fanout_read', this.#read, values)
      : this.database.query<BatchRow>('tillhook_fanout_read_contents', this.#readWithContents, [
          ...values,
          contentBytes,
        ]));
    const contents = new Map<number, EventContent>();
    for (const row of rows) {
      if (row.kind !== 'content') continue;
      contents.set(row.id, { eventId: row.id, eventUid: row.uid, action: row.action, body: row.body });
    }
    const events = rows.flatMap((row) => (row.kind === 'events' ? eventsOf(row, contents) : []));
    return {
      events: events.sort((a, b) => a.id - b.id),
      webhooks: rows.flatMap((row) => (row.kind === 'webhook' ? webhookOf(row) : [])),
    };
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

function eventsOf(
  { tenant_uid: tenantUid, action, ids, keyed }: Extract<BatchRow, { kind: 'events' }>,
  contents: ReadonlyMap<number, EventContent>,
): UnfannedEvent[] {
  const keys = new Map(keyed === null ? [] : (JSON.parse(keyed) as [id: number, orderingKey: string][]));
  return numbersOf(ids).map((id) => ({
    id,
    tenantUid,
    action,
    orderingKey: keys.get(id) ?? null,
    content: contents.get(id) ?? null,
  }));
}

const webhookOf = (row: WebhookRow): FanoutWebhook => ({
  id: row.id,
  tenantUid: row.tenant_uid,
  webhookUid: row.uid,
  action: row.action,
  ordered: row.ordered,
  transportId: row.transport_id,
  httpTransportUid: row.http_transport_uid,
  transportState: row.transport_state as FanoutWebhook['transportState'],
});
