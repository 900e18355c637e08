import type {
  FanoutBatch,
  FanoutPlan,
  FanoutStore,
  FanoutWebhook,
  OutboxCursor,
  UnfannedEvent,
} from '../fanout-store.js';
import type { PostgresDatabase } from './postgres-database.js';
import { readText, writeText } from './fanout-sql.js';
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
  readonly #read: string;
  readonly #writePlain: string;
  readonly #writeOrdered: string;

  constructor(private readonly database: PostgresDatabase) {
    const table = (name: string): string => database.table(name);
    this.#read = readText(table);
    this.#writePlain = writeText(table, false);
    this.#writeOrdered = writeText(table, true);
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

  async write({ events, deliveries, now }: FanoutPlan): Promise<ReadonlySet<number>> {
    const ordered = new Set(deliveries.filter((d) => d.orderingKey !== null).map((d) => d.eventId));
    const values: unknown[] = [
      events.map((event) => event.tenantUid),
      numbers(events.map((event) => event.id)),
      numbers(events.filter((event) => !event.isFinished).map((event) => event.id)),
      numbers(deliveries.map((d) => d.eventId)),
      numbers(deliveries.map((d) => d.transportId)),
      deliveries.map((d) => d.tenantUid),
      deliveries.map((d) => d.action),
      deliveries.map((d) => d.httpTransportUid),
      deliveries.map((d) => d.webhookUid),
      deliveries.map((d) => d.queued),
      deliveries.map((d) => d.orderingKey),
      now,
      numbers([...new Set(deliveries.map((d) => d.transportId))].sort((one, other) => one - other)),
    ];
    const rows = await (ordered.size === 0
      ? this.database.query<TakenRow>('tillhook_fanout_write', this.#writePlain, values)
      : this.database.query<TakenRow>('tillhook_fanout_write_ordered', this.#writeOrdered, [
          ...values,
          numbers([...ordered]),
        ]));
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
