import type { DataSource } from 'typeorm';
import { ENDPOINTS, EVENTS, FAILING_SINCE, HOUR_MS, MINUTE_MS, NOW } from './shop-data.js';
import { DELIVERIES, type ShopAttempt, type ShopDelivery } from './shop-deliveries.js';
import { CHANGES, hoursOf, RECOVERIES, type ShopHour } from './shop-history.js';

/** Length of an hour in `webhook_statistic`, in minutes. */
const HOUR = 60;

type Row = Readonly<Record<string, string | number | null>>;

/** The rows of the shop's past, in a SQLite database. */
export class ShopRows {
  #tenantId = 0;
  #transports = new Map<string, number>();
  #webhooks = new Map<string, number>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly tenantUid: string,
  ) {}

  async write(): Promise<void> {
    this.#tenantId = (await this.#numbers('webhook_tenant', 'tenant_uid')).get(this.tenantUid)!;
    this.#transports = await this.#numbers('webhook_http_transport', 'http_transport_uid');
    this.#webhooks = await this.#numbers('webhook_webhook', 'webhook_uid');
    await this.#fixDates();
    for (const { id, uid, action, body, at } of EVENTS)
      await this.#insert('webhook_event', {
        id,
        tenant_uid: this.tenantUid,
        event_uid: uid,
        action,
        body,
        occurred_at: at,
        created_at: at,
      });
    for (const delivery of DELIVERIES) await this.#writeDelivery(delivery);
    await this.#writeHours();
    await this.#writeHistory();
  }

  async #numbers(table: string, column: string): Promise<Map<string, number>> {
    const rows = await this.dataSource.query<{ uid: string; id: number }[]>(
      `SELECT ${column} AS uid, id FROM ${table} WHERE tenant_uid = ?`,
      [this.tenantUid],
    );
    return new Map(rows.map(({ uid, id }) => [uid, id]));
  }

  /** Nothing on a page may depend on when the test runs. */
  async #fixDates(): Promise<void> {
    const since = NOW - 40 * 24 * HOUR_MS;
    for (const table of ['webhook_http_transport', 'webhook_webhook'])
      await this.dataSource.query(`UPDATE ${table} SET created_at = ${since}, last_modified_at = ${since}`);
    await this.dataSource.query(
      `UPDATE webhook_http_transport SET failing_since = ${FAILING_SINCE} WHERE http_transport_uid = 'kitchen'`,
    );
    await this.dataSource.query('DELETE FROM webhook_audit');
  }

  async #writeDelivery({
    id,
    event,
    endpoint,
    status,
    reason,
    attempts,
    dueAt,
  }: ShopDelivery): Promise<void> {
    const common = {
      event_id: event.id,
      transport_id: this.#transports.get(endpoint.uid)!,
      webhook_id: this.#webhooks.get(`${endpoint.uid}-1`)!,
      created_at: event.at + 30,
      tenant_id: this.#tenantId,
      attempts: attempts.length,
    };
    // The last attempt of an ended delivery is in the row of the delivery.
    const earlier = dueAt === null ? attempts.slice(0, -1) : attempts;
    for (const [index, attempt] of earlier.entries())
      await this.#insert('webhook_attempt', {
        delivery_id: id,
        number: index + 1,
        started_at: attempt.startedAt,
        ...columnsOf(attempt),
        trigger: 'SCHEDULE',
        orphaned: 0,
      });
    const last = attempts.at(-1);
    if (dueAt !== null) await this.#insert('webhook_queue', { ...common, delivery_id: id, due_at: dueAt });
    else
      await this.#insert('webhook_delivery', {
        ...common,
        id,
        status,
        reason,
        finished_at: last ? last.startedAt + last.durationMs : event.at + 30,
        ...(last && columnsOf(last)),
      });
  }

  /** Counts of the shop, and of each endpoint that has received something. */
  async #writeHours(): Promise<void> {
    for (const hour of hoursOf(1, FAILING_SINCE, 0.19)) await this.#writeHour(hour, 0, '');
    for (const [index, { uid, actions }] of ENDPOINTS.entries()) {
      if (uid === 'old-till' || uid === 'sales-analytics') continue;
      const failingShare = uid === 'kitchen' ? 0.85 : 0;
      for (const hour of hoursOf(0.2 + index * 0.03, FAILING_SINCE, failingShare))
        await this.#writeHour(hour, this.#transports.get(uid)!, actions[0]!);
    }
  }

  async #writeHour({ attempts, deliveries, ...counts }: ShopHour, transportId: number, action: string) {
    if (counts.delivered + counts.failed === 0) return;
    await this.#insert('webhook_statistic', {
      tenant_id: this.#tenantId,
      granularity: HOUR,
      transport_id: transportId,
      action,
      ...counts,
      attempts: JSON.stringify(attempts),
      deliveries: JSON.stringify(deliveries),
    });
  }

  async #writeHistory(): Promise<void> {
    for (const [index, job] of RECOVERIES.entries())
      await this.#insert('webhook_recovery', {
        id: 46_007_401_000_000 + index,
        tenant_uid: this.tenantUid,
        transport_id: this.#transports.get(job.http_transport_uid)!,
        statuses: '["FAILED","MISSED"]',
        due_at: NOW,
        ...job,
      });
    for (const [index, { minutesAgo, actor, kind, uid, changes }] of CHANGES.entries())
      await this.#insert('webhook_audit', {
        id: 4_600 + index,
        tenant_uid: this.tenantUid,
        created_at: NOW - minutesAgo * MINUTE_MS,
        actor,
        kind,
        http_transport_uid: uid,
        changes: JSON.stringify(changes),
      });
  }

  async #insert(table: string, row: Row): Promise<void> {
    const names = Object.keys(row);
    await this.dataSource.query(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      Object.values(row),
    );
  }
}

const columnsOf = ({ durationMs, statusCode, errorCode, responseBody }: ShopAttempt): Row => ({
  duration_ms: durationMs,
  response_status_code: statusCode,
  response_headers: responseBody === null ? null : '{"content-type":"application/json","retry-after":"300"}',
  response_body: responseBody,
  error_code: errorCode,
});
