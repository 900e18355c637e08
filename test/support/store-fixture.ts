import { DataSource } from 'typeorm';
import { planDeliveries } from '../../lib/fanout/plan-deliveries.js';
import {
  DEFAULT_TRANSPORT_SETTINGS,
  type HttpTransportEntity,
} from '../../lib/persistence/entities/http-transport.entity.js';
import type { WebhookEntity } from '../../lib/persistence/entities/webhook.entity.js';
import type { NewEvent } from '../../lib/persistence/ports/event-store.js';
import type { TransportState } from '../../lib/domain/transport-state.js';
import type { FanoutPlan } from '../../lib/persistence/ports/fanout-store.js';
import type { QueuedDelivery } from '../../lib/persistence/ports/lane-store.js';
import { databaseFor, type AnyDatabase } from '../../lib/persistence/connection/open-database.js';
import { HttpTransportStateRepository } from '../../lib/persistence/repositories/http-transport-state.repository.js';
import { HttpTransportRepository } from '../../lib/persistence/repositories/http-transport.repository.js';
import { WebhookRepository } from '../../lib/persistence/repositories/webhook.repository.js';
import { migrate } from '../../lib/persistence/migrations/schema.js';
import { statement } from '../../lib/persistence/sql/statement.js';
import type { Stores } from '../../lib/persistence/ports/stores.js';
import { storesFor } from '../../lib/persistence/stores-for.js';
import { ALL_ATTEMPTS, ALL_DELIVERIES } from './all-deliveries.js';
import type { TestDatabase } from './test-database.js';

/** A row as the driver gives it, by column name. */
export type Row = Record<string, string | number | boolean | null>;

const TABLES = [
  'webhook_statistic',
  'webhook_statistic_fact',
  'webhook_queue_depth',
  'webhook_attempt',
  'webhook_audit',
  'webhook_queue',
  'webhook_lane',
  'webhook_delivery',
  'webhook_outbox',
  'webhook_event',
  'webhook_tombstone',
  'webhook_webhook',
  'webhook_http_transport',
  'webhook_tenant',
] as const;
type Table = (typeof TABLES)[number];

/** The columns by which the rows of each table are sorted. */
const KEYS: Readonly<Record<Table, string>> = {
  webhook_statistic: 'tenant_id, granularity, transport_id, start, action',
  webhook_statistic_fact: 'id',
  webhook_queue_depth: 'tenant_id, transport_id',
  webhook_attempt: 'delivery_id, number, started_at',
  webhook_audit: 'id',
  webhook_queue: 'event_id, transport_id',
  webhook_lane: 'transport_id',
  webhook_delivery: 'event_id, transport_id',
  webhook_outbox: 'event_id',
  webhook_event: 'id',
  webhook_tombstone: 'kind, id',
  webhook_webhook: 'id',
  webhook_http_transport: 'id',
  webhook_tenant: 'id',
};

/** The audit entry of every change that a test makes. */
const BY_TEST = { kind: 'TRANSPORT_CREATED', actor: null, changes: [] } as const;
const NO_LIMIT = { limit: 'none', value: Number.MAX_SAFE_INTEGER };
const TRANSPORT = {
  ...DEFAULT_TRANSPORT_SETTINGS,
  name: 'ERP',
  url: 'https://erp.example.com/hooks',
  signingSecrets: [],
};

let uids = 0;
const nextUid = (): string => `uid-${++uids}`;

/** The stores on a migrated database, with the rows that they need around them. */
export class StoreFixture {
  readonly stores: Stores;
  readonly #transports: HttpTransportRepository;
  readonly #states: HttpTransportStateRepository;
  readonly #webhooks: WebhookRepository;

  private constructor(readonly database: AnyDatabase) {
    this.stores = storesFor(database);
    this.#transports = new HttpTransportRepository(database);
    this.#states = new HttpTransportStateRepository(database);
    this.#webhooks = new WebhookRepository(database);
  }

  /** @param poolSize maximum number of connections, so that a test can make this many calls at once */
  static async open({ options }: TestDatabase, poolSize = 10): Promise<StoreFixture> {
    const database = databaseFor(new DataSource(options), poolSize);
    await database.open();
    await migrate(database);
    return new StoreFixture(database);
  }

  close(): Promise<void> {
    return this.database.close();
  }

  /** Deletes every row, so that a test finds nothing of those before it. */
  async empty(): Promise<void> {
    await this.database.write(
      TABLES.map((table) => ({ sql: `DELETE FROM ${this.database.table(table)}`, parameters: [] })),
    );
  }

  /** A transport with its lane. */
  async transport(
    tenantUid = 'shop',
    settings: Partial<HttpTransportEntity> = {},
  ): Promise<HttpTransportEntity> {
    const { state, httpTransportUid = nextUid(), ...given } = settings;
    const transport = { ...TRANSPORT, ...given, httpTransportUid, headers: [], signingSecrets: [] };
    await this.#transports.insert(tenantUid, transport, NO_LIMIT, BY_TEST);
    const inserted = (await this.#transports.find(tenantUid, httpTransportUid))!;
    if (state === undefined) return inserted;
    await this.changeState(inserted, state);
    return (await this.#transports.find(tenantUid, httpTransportUid))!;
  }

  /** Changes the state of a transport as the admin API does. */
  async changeState(
    { tenantUid, httpTransportUid }: HttpTransportEntity,
    state: TransportState,
  ): Promise<void> {
    const transport = (await this.#transports.find(tenantUid, httpTransportUid))!;
    await this.#states.change(tenantUid, transport, { state, disabledReason: null }, BY_TEST);
  }

  async webhook(
    transport: HttpTransportEntity,
    settings: Partial<WebhookEntity> = {},
  ): Promise<{ webhookUid: string }> {
    const webhook = { action: '*', enabled: true, ordered: false, webhookUid: nextUid(), ...settings };
    await this.#webhooks.insert(transport.tenantUid, transport, webhook, NO_LIMIT, BY_TEST);
    return webhook;
  }

  removeTransport({ tenantUid, httpTransportUid }: HttpTransportEntity): Promise<boolean> {
    return this.#transports.remove(tenantUid, httpTransportUid, null);
  }

  /** Events that are committed and not fanned out. @returns their ids */
  async emit(...events: Partial<NewEvent>[]): Promise<number[]> {
    return this.idsOf(await this.stores.events.insert(events.map(newEvent)));
  }

  /** The ids of events that were inserted, in their order. */
  async idsOf(inserted: readonly { eventUid: string }[]): Promise<number[]> {
    const ids = new Map(
      (await this.rows('webhook_event')).map((row) => [row['event_uid'], Number(row['id'])]),
    );
    return inserted.map(({ eventUid }) => ids.get(eventUid)!);
  }

  /** The plan that fan-out would write now, for all events in the outbox or only for the given ones. */
  async plan(eventIds?: readonly number[]): Promise<FanoutPlan> {
    const { events, webhooks } = await this.stores.fanout.read([], 10_000, 0);
    const own = events.filter(({ id }) => eventIds?.includes(id) ?? true);
    return {
      events: own.map(({ content: _content, action: _action, orderingKey: _key, ...event }) => ({
        ...event,
        left: [],
      })),
      deliveries: planDeliveries(own, webhooks),
      now: this.database.now(),
      skipsLocked: false,
    };
  }

  /** Emits and fans out: the deliveries are in the queue and their lanes are notified. @returns the events' ids */
  async queue(...events: Partial<NewEvent>[]): Promise<number[]> {
    const ids = await this.emit(...events);
    await this.stores.fanout.write(await this.plan());
    return ids;
  }

  /** All due rows that the lane's holder would read now, without the limit of a read. */
  async due({ id }: { id: number }): Promise<readonly QueuedDelivery[]> {
    const request = { transportId: id, after: { dueAt: -1, deliveryId: -1 }, limit: 10_000 };
    const [reading] = await this.stores.lanes.read([request], this.database.now());
    return reading?.rows ?? [];
  }

  /** All rows of a table in the order of its key. */
  rows(table: Table): Promise<Row[]> {
    return this.query(`SELECT * FROM ${this.database.table(table)} ORDER BY ${KEYS[table]}`);
  }

  /** All deliveries, pending and ended, by event and transport. */
  deliveries(): Promise<Row[]> {
    return this.query(`SELECT * FROM ${ALL_DELIVERIES} ORDER BY event_id, transport_id`);
  }

  /** All attempts, by delivery, number and start. */
  attempts(): Promise<Row[]> {
    return this.query(`SELECT * FROM ${ALL_ATTEMPTS} ORDER BY delivery_id, number, started_at`);
  }

  /** The rows of a table that have these values. */
  async rowsWith(table: Table, values: Row): Promise<Row[]> {
    return (await this.rows(table)).filter((row) =>
      Object.entries(values).every(([column, value]) => row[column] === value),
    );
  }

  /** Runs a query; `?` stands for each parameter. */
  query(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const query = statement(this.database, sql, parameters);
    return this.database.dataSource.query(query.sql, [...query.parameters]);
  }

  /** Changes rows without the stores, to create the state that a test needs. */
  async set(table: Table, values: Row, where: Row): Promise<void> {
    const assignments = Object.keys(values).map((column) => `${column} = ?`);
    const conditions = Object.keys(where).map((column) => `${column} = ?`);
    const sql = `UPDATE ${this.database.table(table)} SET ${assignments.join(', ')} WHERE ${conditions.join(' AND ')}`;
    await this.database.write([
      statement(this.database, sql, [...Object.values(values), ...Object.values(where)]),
    ]);
  }
}

/** An event as the emitter would write it. */
export function newEvent(event: Partial<NewEvent> = {}): NewEvent {
  return {
    tenantUid: 'shop',
    eventUid: nextUid(),
    action: 'ORDER_SETTLED',
    orderingKey: null,
    body: '{"action":"ORDER_SETTLED"}',
    occurredAt: null,
    ...event,
  };
}
