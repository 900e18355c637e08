import type {
  FanoutBatch,
  FanoutPlan,
  FanoutResult,
  FanoutStore,
  FanoutWebhook,
  OutboxCursor,
  UnfannedEvent,
} from '../ports/fanout-store.js';
import type { EventContent } from '../ports/lane-store.js';
import type { PostgresDatabase } from './postgres-database.js';
import { writeParameters } from './fanout-parameters.js';
import { readText, writeText, type WriteKind } from './fanout-sql.js';
import { numbers, numbersOf } from './sql.js';

/** The kinds of rows that `read` returns (see `readText`), in one shape. */
type BatchRow =
  | {
      kind: 'events';
      tenant_uid: string;
      action: string;
      ids: string;
      keyed: string | null;
      special: string | null;
    }
  | {
      kind: 'content';
      id: number;
      action: string;
      uid: string;
      body: string;
      traceparent: string | null;
      created_at: number;
    }
  | WebhookRow;

interface WebhookRow {
  kind: 'webhook';
  id: number;
  tenant_uid: string;
  tenant_id: number;
  action: string;
  transport_id: number;
  transport_state: string;
  ordered: boolean;
  origin: string;
  encrypted_with: string;
}

interface WrittenRow {
  event_id: number;
  is_incomplete: boolean;
}

/** Fan-out on PostgreSQL: one statement reads, one statement writes, and no transaction stays open in between. */
export class PostgresFanoutStore implements FanoutStore {
  readonly #table: (name: string) => string;
  readonly #read: string;
  readonly #readWithContents: string;
  /** Texts by the name of their prepared statement. */
  readonly #writes: Record<string, string> = {};

  constructor(private readonly database: PostgresDatabase) {
    this.#table = (name) => database.table(name);
    this.#read = readText(this.#table, false);
    this.#readWithContents = readText(this.#table, true);
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
      contents.set(row.id, {
        eventId: row.id,
        eventUid: row.uid,
        action: row.action,
        body: row.body,
        traceparent: row.traceparent,
        emittedAt: row.created_at,
      });
    }
    const events = rows.flatMap((row) => (row.kind === 'events' ? eventsOf(row, contents) : []));
    return {
      events: events.sort((a, b) => a.id - b.id),
      webhooks: rows.flatMap((row) => (row.kind === 'webhook' ? webhookOf(row) : [])),
    };
  }

  async write(plan: FanoutPlan): Promise<FanoutResult> {
    const kind: WriteKind = {
      isOrdered: plan.deliveries.some((delivery) => delivery.orderingKey !== null),
      mayExist: plan.events.some((event) => event.mayExist),
      hasLeft: plan.events.some((event) => event.left.length > 0),
      skipsLocked: plan.skipsLocked,
    };
    const name = `tillhook_fanout_write${Object.values(kind).map(Number).join('')}`;
    const text = (this.#writes[name] ??= writeText(this.#table, kind));
    const rows = await this.database.query<WrittenRow>(name, text, writeParameters(plan, kind));
    const [written, incomplete] = [new Set<number>(), new Set<number>()];
    for (const row of rows) (row.is_incomplete ? incomplete : written).add(row.event_id);
    return { written, incomplete };
  }
}

/** An event that was partly fanned out before, or whose deliveries may exist. */
type SpecialEvent = [id: number, transportIds: number[] | null, mayExist: boolean];

function eventsOf(
  { tenant_uid: tenantUid, action, ids, keyed, special }: Extract<BatchRow, { kind: 'events' }>,
  contents: ReadonlyMap<number, EventContent>,
): UnfannedEvent[] {
  const keys = new Map(keyed === null ? [] : (JSON.parse(keyed) as [id: number, orderingKey: string][]));
  const specials = new Map(
    special === null ? [] : (JSON.parse(special) as SpecialEvent[]).map((event) => [event[0], event]),
  );
  return numbersOf(ids).map((id) => {
    const [, transportIds, mayExist] = specials.get(id) ?? [id, null, false];
    return {
      id,
      tenantUid,
      action,
      orderingKey: keys.get(id) ?? null,
      transportIds,
      mayExist,
      content: contents.get(id) ?? null,
    };
  });
}

const webhookOf = (row: WebhookRow): FanoutWebhook => ({
  id: row.id,
  tenantUid: row.tenant_uid,
  tenantId: row.tenant_id,
  action: row.action,
  ordered: row.ordered,
  transportId: row.transport_id,
  transportState: row.transport_state as FanoutWebhook['transportState'],
  origin: row.origin,
  encryptedWith: row.encrypted_with,
});
