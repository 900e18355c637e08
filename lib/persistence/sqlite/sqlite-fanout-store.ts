import { grouped } from '../../domain/grouped.js';
import type {
  FanoutBatch,
  FanoutPlan,
  FanoutResult,
  FanoutStore,
  FanoutWebhook,
  OutboxCursor,
  PlannedDelivery,
  PlannedEvent,
  UnfannedEvent,
} from '../ports/fanout-store.js';
import type { Fact } from '../../domain/statistics.js';
import { factText, QUEUED, queueFactText } from '../sql/facts.js';
import { notifyLane } from '../sql/queue-sql.js';
import { DeliveryNumbers } from './delivery-numbers.js';
import { readContents } from './read-contents.js';
import type { SqliteDatabase } from './sqlite-database.js';

interface EventRow {
  event_id: number;
  tenant_uid: string;
  action: string;
  ordering_key: string | null;
  /** JSON of `number[]`. */
  transport_ids: string | null;
  may_exist: number;
}

interface WebhookRow {
  id: number;
  tenant_uid: string;
  tenant_id: number;
  action: string;
  ordered: number;
  transport_id: number;
  state: string;
  origin: string;
  encrypted_with: string;
}

/** Fan-out on SQLite: plain statements, which write a plan in one synchronous transaction. */
export class SqliteFanoutStore implements FanoutStore {
  readonly #sql;
  readonly #numbers: DeliveryNumbers;

  constructor(private readonly database: SqliteDatabase) {
    const table = (name: string): string => database.table(name);
    this.#sql = {
      events: `
        SELECT event_id, tenant_uid, action, ordering_key, transport_ids, may_exist FROM ${table('webhook_outbox')}
        WHERE tenant_uid = ? AND event_id > ? ORDER BY event_id LIMIT ?`,
      // A loose scan: one index probe for each tenant that has unfanned events.
      tenants: `
        WITH RECURSIVE tenants (tenant_uid) AS (
          SELECT min(tenant_uid) FROM ${table('webhook_outbox')}
          UNION ALL
          SELECT (SELECT min(o.tenant_uid) FROM ${table('webhook_outbox')} o WHERE o.tenant_uid > t.tenant_uid)
          FROM tenants t WHERE t.tenant_uid IS NOT NULL
        )
        SELECT tenant_uid FROM tenants WHERE tenant_uid IS NOT NULL`,
      webhooks: `
        SELECT w.id, w.tenant_uid, n.id AS tenant_id, w.action, w.ordered, t.id AS transport_id, t.state, t.origin, t.encrypted_with
        FROM ${table('webhook_webhook')} w
        JOIN ${table('webhook_tenant')} n ON n.tenant_uid = w.tenant_uid
        JOIN ${table('webhook_http_transport')} t ON t.id = w.transport_id
        WHERE w.tenant_uid = ? AND w.enabled`,
      unfanned: `SELECT transport_ids FROM ${table('webhook_outbox')} WHERE tenant_uid = ? AND event_id = ?`,
      stragglers: `
        SELECT event_id, coalesce(ordering_key, '') AS ordering_key FROM ${table('webhook_outbox')}
        WHERE tenant_uid = ? AND event_id < ?`,
      leave: `UPDATE ${table('webhook_outbox')} SET transport_ids = ? WHERE tenant_uid = ? AND event_id = ?`,
      takeOff: `DELETE FROM ${table('webhook_outbox')} WHERE tenant_uid = ? AND event_id = ?`,
      hasLane: `SELECT 1 FROM ${table('webhook_lane')} WHERE transport_id = ?`,
      exists: `
        SELECT 1 FROM ${table('webhook_queue')} WHERE event_id = @eventId AND transport_id = @transportId
        UNION ALL
        SELECT 1 FROM ${table('webhook_delivery')} WHERE event_id = @eventId AND transport_id = @transportId`,
      miss: `
        INSERT INTO ${table('webhook_delivery')}
          (id, event_id, transport_id, webhook_id, created_at, finished_at, tenant_id, attempts, status, reason)
        VALUES (?, ?, ?, ?, ?, ?, ?, 0, 'MISSED', ?)`,
      queue: `
        INSERT INTO ${table('webhook_queue')}
          (delivery_id, event_id, transport_id, webhook_id, created_at, due_at, tenant_id, ordering_key)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      noteFacts: `INSERT INTO ${table('webhook_statistic_fact')} (facts) VALUES (?)`,
      notify: `UPDATE ${table('webhook_lane')} SET ${notifyLane('sqlite', '?')} WHERE transport_id = ?`,
    };
    this.#numbers = new DeliveryNumbers(database);
  }

  read(cursors: readonly OutboxCursor[], limit: number, contentBytes: number): Promise<FanoutBatch> {
    const tenants = this.database.prepare<{ tenant_uid: string }>(this.#sql.tenants).all();
    const afterIds = new Map(cursors.map(({ tenantUid, afterId }) => [tenantUid, afterId]));
    const each = Math.max(1, Math.floor(limit / Math.max(1, tenants.length)));
    const findEvents = this.database.prepare<EventRow>(this.#sql.events);
    const findWebhooks = this.database.prepare<WebhookRow>(this.#sql.webhooks);
    const rows = tenants.flatMap(({ tenant_uid: tenantUid }) =>
      findEvents.all(tenantUid, afterIds.get(tenantUid) ?? 0, each),
    );
    const webhooks = tenants.flatMap(({ tenant_uid: tenantUid }) =>
      findWebhooks.all(tenantUid).map(webhookOf),
    );
    rows.sort((a, b) => a.event_id - b.event_id);
    return Promise.resolve({ events: this.#withContents(rows, contentBytes), webhooks });
  }

  #withContents(rows: readonly EventRow[], contentBytes: number): UnfannedEvent[] {
    const eventIds = rows.map((row) => row.event_id);
    const found = contentBytes === 0 ? [] : readContents(this.database, eventIds, contentBytes);
    const contents = new Map(found.map((content) => [content.eventId, content]));
    return rows.map((row) => ({
      id: row.event_id,
      tenantUid: row.tenant_uid,
      action: row.action,
      orderingKey: row.ordering_key,
      transportIds: row.transport_ids === null ? null : (JSON.parse(row.transport_ids) as number[]),
      mayExist: row.may_exist === 1,
      content: contents.get(row.event_id) ?? null,
    }));
  }

  /** On SQLite no lane is locked by another transaction, because only one write transaction runs at a time. */
  write({ events, deliveries, now }: FanoutPlan): Promise<FanoutResult> {
    return this.database.transaction(() => {
      const ours = new Set(events.filter((event) => this.#isAsRead(event)).map(({ id }) => id));
      for (const id of this.#waiting(deliveries, ours)) ours.delete(id);
      this.#insert(this.#missing(events, deliveries, ours), now);
      for (const { id, tenantUid, left } of events) {
        if (!ours.has(id)) continue;
        if (left.length === 0) this.#run(this.#sql.takeOff, tenantUid, id);
        else this.#run(this.#sql.leave, JSON.stringify(left), tenantUid, id);
      }
      return { written: ours, incomplete: new Set<number>() };
    });
  }

  /** Whether the event is as it was read: nobody has fanned it out since, not even partly. */
  #isAsRead({ id, tenantUid, transportIds }: PlannedEvent): boolean {
    const row = this.database.prepare<Pick<EventRow, 'transport_ids'>>(this.#sql.unfanned).get(tenantUid, id);
    return row?.transport_ids === (transportIds === null ? null : JSON.stringify(transportIds));
  }

  /** The planned deliveries that can be written: their transport exists, and they do not exist yet. */
  #missing(
    events: readonly PlannedEvent[],
    deliveries: readonly PlannedDelivery[],
    ours: ReadonlySet<number>,
  ): PlannedDelivery[] {
    const hasLane = this.database.prepare(this.#sql.hasLane);
    const exists = this.database.prepare(this.#sql.exists);
    const lanes = new Map<number, boolean>();
    const checked = new Set(events.filter((event) => event.mayExist).map(({ id }) => id));
    return deliveries.filter(({ eventId, transportId }) => {
      if (!ours.has(eventId)) return false;
      if (!lanes.has(transportId)) lanes.set(transportId, hasLane.get(transportId) !== undefined);
      if (!lanes.get(transportId)) return false;
      return !checked.has(eventId) || exists.get({ eventId, transportId }) === undefined;
    });
  }

  #insert(deliveries: readonly PlannedDelivery[], now: number): void {
    if (deliveries.length === 0) return;
    let id = this.#numbers.take(deliveries.length);
    const facts: Fact[] = [];
    for (const { eventId, transportId, webhookId, tenantId, missedReason, orderingKey } of deliveries) {
      const common = [id++, eventId, transportId, webhookId, now, now, tenantId];
      if (missedReason !== null) {
        this.#run(this.#sql.miss, ...common, missedReason);
        facts.push({ tenantId, transportId, eventId, kind: 'MISSED', durationMs: null, at: now });
      } else {
        this.#run(this.#sql.queue, ...common, orderingKey);
      }
    }
    const queued = [
      ...grouped(
        deliveries.filter(({ missedReason }) => missedReason === null),
        ({ transportId }) => transportId,
      ),
    ];
    const texts = [
      ...facts.map(factText),
      ...queued.map(([, rows]) => queueFactText(rows[0]!, rows.length, QUEUED)),
    ];
    this.#run(this.#sql.noteFacts, texts.join(';'));
    for (const [transportId] of queued) this.#run(this.#sql.notify, now, transportId);
  }

  /**
   * Events that must wait for an earlier one of their key. Ids are in the order of commits on SQLite, so this affects only
   * a plan that does not begin at the oldest event of a tenant.
   */
  #waiting(deliveries: readonly PlannedDelivery[], ours: ReadonlySet<number>): number[] {
    const ordered = deliveries.filter(
      ({ eventId, orderingKey }) => orderingKey !== null && ours.has(eventId),
    );
    return [...grouped(ordered, (delivery) => delivery.tenantUid)].flatMap(([tenantUid, own]) => {
      const newest = Math.max(...own.map(({ eventId }) => eventId));
      const stragglers = this.database
        .prepare<{ event_id: number; ordering_key: string }>(this.#sql.stragglers)
        .all(tenantUid, newest)
        .filter((row) => !ours.has(row.event_id));
      if (stragglers.length === 0) return [];
      return own.flatMap(({ eventId, orderingKey }) =>
        stragglers.some((row) => row.ordering_key === orderingKey && row.event_id < eventId) ? eventId : [],
      );
    });
  }

  #run(sql: string, ...values: unknown[]): void {
    this.database.prepare(sql).run(...values);
  }
}

const webhookOf = (row: WebhookRow): FanoutWebhook => ({
  id: row.id,
  tenantUid: row.tenant_uid,
  tenantId: row.tenant_id,
  action: row.action,
  ordered: row.ordered === 1,
  transportId: row.transport_id,
  transportState: row.state as FanoutWebhook['transportState'],
  origin: row.origin,
  encryptedWith: row.encrypted_with,
});
