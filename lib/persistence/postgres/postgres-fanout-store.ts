import type {
  FanoutBatch,
  FanoutPlan,
  FanoutStore,
  FanoutWebhook,
  OutboxCursor,
  UnfannedEvent,
} from '../fanout-store.js';
import type { PostgresDatabase } from './postgres-database.js';
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

/** Fan-out on PostgreSQL: one statement reads, one statement writes, no transaction stays open in between. */
export class PostgresFanoutStore implements FanoutStore {
  readonly #read: string;
  readonly #write: string;

  constructor(private readonly database: PostgresDatabase) {
    const table = (name: string): string => database.table(name);
    // tenants: a loose scan, one index probe for each tenant that has unfanned events.
    this.#read = `
      WITH RECURSIVE tenants AS (
        (SELECT tenant_uid FROM ${table('webhook_outbox')} ORDER BY tenant_uid LIMIT 1)
        UNION ALL
        SELECT (SELECT o.tenant_uid FROM ${table('webhook_outbox')} o WHERE o.tenant_uid > t.tenant_uid
                ORDER BY o.tenant_uid LIMIT 1)
        FROM tenants t WHERE t.tenant_uid IS NOT NULL
      ), reading AS MATERIALIZED (
        SELECT t.tenant_uid, coalesce(c.after_id, 0) AS after_id
        FROM tenants t LEFT JOIN unnest($1::text[], $2::bigint[]) AS c (tenant_uid, after_id) USING (tenant_uid)
        WHERE t.tenant_uid IS NOT NULL
      ), batch AS MATERIALIZED (
        SELECT e.id, e.tenant_uid, e.event_uid, e.action, e.ordering_key, CASE WHEN $4 THEN e.body END AS body
        FROM reading r
        CROSS JOIN LATERAL (
          SELECT event_id FROM ${table('webhook_outbox')} WHERE tenant_uid = r.tenant_uid AND event_id > r.after_id
          ORDER BY tenant_uid, event_id LIMIT (SELECT greatest(1, $3 / count(*)) FROM reading)
        ) o
        JOIN ${table('webhook_event')} e ON e.id = o.event_id
      )
      SELECT true AS is_event, id, tenant_uid, action, event_uid, ordering_key, body,
             NULL::bigint AS transport_id, NULL AS http_transport_uid, NULL AS transport_state, NULL::boolean AS ordered
      FROM batch
      UNION ALL
      SELECT false, w.id, w.tenant_uid, w.action, w.webhook_uid, NULL, NULL,
             t.id, t.http_transport_uid, t.state, w.ordered
      FROM (SELECT tenant_uid, array_agg(DISTINCT action) AS actions FROM batch GROUP BY tenant_uid) b
      JOIN ${table('webhook_webhook')} w ON w.tenant_uid = b.tenant_uid
      JOIN ${table('webhook_http_transport')} t ON t.id = w.transport_id
      WHERE w.enabled AND (w.action = ANY (b.actions) OR w.action LIKE '%*')`;

    // Outbox rows are found by key in subqueries that the planner cannot pull up, and then addressed by their place:
    // statistics taken when everything was fanned out would let it read the whole outbox instead.
    // locked → ready: what is ours to fan out; stragglers: unfanned events that ordered ones ($2) may have to wait
    // for (few, since a plan starts at the head of the outbox). `lanes` locks the lanes before anything is written for them, in key
    // order (no deadlocks); a lane that a delete has removed meanwhile is not told and gets no delivery.
    this.#write = `
      WITH locked AS MATERIALIZED (
        SELECT p.tenant_uid, p.event_id, o.place
        FROM unnest($12::text[], $1::bigint[]) WITH ORDINALITY AS p (tenant_uid, event_id, position)
        CROSS JOIN LATERAL (
          SELECT ctid AS place FROM ${table('webhook_outbox')} o
          WHERE o.tenant_uid = p.tenant_uid AND o.event_id = p.event_id LIMIT 1 FOR UPDATE SKIP LOCKED
        ) o
      ), stragglers AS MATERIALIZED (
        SELECT o.event_id, e.tenant_uid, e.ordering_key
        FROM (SELECT tenant_uid, max(event_id) AS newest FROM locked WHERE event_id = ANY ($2::bigint[]) GROUP BY tenant_uid) t
        CROSS JOIN LATERAL (
          SELECT event_id FROM ${table('webhook_outbox')} o
          WHERE o.tenant_uid = t.tenant_uid AND o.event_id < t.newest OFFSET 0
        ) o
        JOIN ${table('webhook_event')} e ON e.id = o.event_id
        WHERE o.event_id NOT IN (SELECT event_id FROM locked)
      ), waiting AS MATERIALIZED (
        SELECT mine.id AS event_id
        FROM stragglers s JOIN ${table('webhook_event')} mine
          ON mine.tenant_uid = s.tenant_uid AND mine.ordering_key IS NOT DISTINCT FROM s.ordering_key
        WHERE mine.id = ANY ($2::bigint[]) AND s.event_id < mine.id
      ), ready AS MATERIALIZED (
        SELECT event_id FROM locked EXCEPT SELECT event_id FROM waiting
      ), planned AS MATERIALIZED (
        SELECT p.* FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::text[])
          AS p (event_id, transport_id, tenant_uid, action, http_transport_uid, webhook_uid, queued, ordering_key)
        WHERE p.event_id IN (SELECT event_id FROM ready)
      ), lanes AS MATERIALIZED (
        SELECT l.transport_id FROM unnest($14::bigint[]) AS p (transport_id)
        CROSS JOIN LATERAL (
          SELECT transport_id FROM ${table('webhook_lane')} lane
          WHERE lane.transport_id = p.transport_id LIMIT 1 FOR NO KEY UPDATE
        ) l
      ), logged AS (
        INSERT INTO ${table('webhook_delivery')}
          (tenant_uid, event_id, transport_id, http_transport_uid, webhook_uid, action, status, reason, due_at, created_at, finished_at)
        SELECT tenant_uid, event_id, transport_id, http_transport_uid, webhook_uid, action,
               CASE WHEN queued THEN 'PENDING' ELSE 'MISSED' END,
               CASE WHEN queued THEN NULL ELSE 'TRANSPORT_DISABLED' END,
               CASE WHEN queued THEN $11::bigint END, $11::bigint, CASE WHEN queued THEN NULL ELSE $11::bigint END
        FROM planned WHERE transport_id IN (SELECT transport_id FROM lanes)
        ORDER BY event_id
        ON CONFLICT (event_id, transport_id) DO NOTHING
        RETURNING id, event_id, transport_id, due_at
      ), queued AS (
        INSERT INTO ${table('webhook_queue')} (transport_id, due_at, delivery_id, event_id, ordering_key)
        SELECT l.transport_id, l.due_at, l.id, l.event_id, p.ordering_key
        FROM logged l JOIN planned p ON p.event_id = l.event_id AND p.transport_id = l.transport_id
        WHERE l.due_at IS NOT NULL
        RETURNING transport_id
      ), told AS (
        UPDATE ${table('webhook_lane')} lane SET version = lane.version + 1,
          due_at = CASE WHEN lane.holder IS NULL
                        THEN least(coalesce(lane.due_at, 9007199254740991), greatest($11::bigint, lane.blocked_until))
                        ELSE lane.due_at END
        WHERE lane.transport_id IN (SELECT transport_id FROM queued)
      ), taken AS (
        DELETE FROM ${table('webhook_outbox')} WHERE ctid = ANY (ARRAY(
          SELECT place FROM locked
          WHERE event_id IN (SELECT event_id FROM ready) AND event_id <> ALL ($13::bigint[])))
      )
      SELECT event_id FROM ready`;
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
    const ordered = [...new Set(deliveries.filter((d) => d.orderingKey !== null).map((d) => d.eventId))];
    const rows = await this.database.query<{ event_id: number }>('tillhook_fanout_write', this.#write, [
      numbers(events.map((event) => event.id)),
      numbers(ordered),
      numbers(deliveries.map((d) => d.eventId)),
      numbers(deliveries.map((d) => d.transportId)),
      deliveries.map((d) => d.tenantUid),
      deliveries.map((d) => d.action),
      deliveries.map((d) => d.httpTransportUid),
      deliveries.map((d) => d.webhookUid),
      deliveries.map((d) => d.queued),
      deliveries.map((d) => d.orderingKey),
      now,
      events.map((event) => event.tenantUid),
      numbers(events.filter((event) => !event.isFinished).map((event) => event.id)),
      numbers([...new Set(deliveries.map((d) => d.transportId))].sort((a, b) => a - b)),
    ]);
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
