// A host of the module for the scenarios, and quick ways to fill its database.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhookEmitter, WebhooksModule, WebhooksWorker } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { dataOf } from './body.mjs';
import { dataSourceOptions } from './databases.mjs';

/** Any signing secret: 24 bytes. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** Starts a host without HTTP in this process. */
export async function startHost(databaseUrl, webhooks = {}, { entities = [] } = {}) {
  const host = {
    module: class BenchHost {},
    imports: [
      TypeOrmModule.forRoot({
        ...dataSourceOptions(databaseUrl),
        entities,
        synchronize: entities.length > 0,
      }),
      WebhooksModule.forRoot({
        controllers: false,
        runMigrations: true,
        egress: { allowCidrs: ['127.0.0.0/8'], allowHttp: true },
        ...webhooks,
      }),
    ],
  };
  const app = await NestFactory.createApplicationContext(host, { logger: ['error', 'warn'] });
  return {
    app,
    dataSource: app.get(DataSource),
    emitter: app.get(WebhookEmitter, { strict: false }),
    worker: app.get(WebhooksWorker, { strict: false }),
    close: () => app.close(),
  };
}

/**
 * Adds `count` transports, each with a webhook for all actions, to the tenants in turn. It uses SQL: creating thousands over
 * REST would take longer than the measurement.
 *
 * @param urls of receivers: each transport gets one of them in turn
 */
export async function addTransports({ dataSource }, { count, tenants, urls, prefix = 't' }) {
  const now = Date.now();
  const isPostgres = dataSource.options.type === 'postgres';
  const numbers = isPostgres
    ? `(SELECT g AS n FROM generate_series(0, ${count - 1}) g)`
    : `(WITH RECURSIVE g(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n < ${count - 1}) SELECT n FROM g)`;
  const receivers = urls.map((url, index) => `(${index}, '${url}', '${new URL(url).origin}')`).join(', ');
  await dataSource.query(`
    INSERT INTO webhook_tenant (tenant_uid) SELECT DISTINCT '${prefix}' || (n % ${tenants}) FROM ${numbers} numbers WHERE true
    ON CONFLICT (tenant_uid) DO NOTHING`);
  await dataSource.query(`
    WITH receivers (i, url, origin) AS (VALUES ${receivers})
    INSERT INTO webhook_http_transport (tenant_uid, http_transport_uid, name, url, origin, headers, security_type,
      signing_secrets, state, version, created_at, last_modified_at)
    SELECT '${prefix}' || (n % ${tenants}), '${prefix}' || n, 'bench', u.url, u.origin, '[]', 'NONE',
      '[{"secret":"v0:${SECRET}","expiresAt":null}]', 'ACTIVE', 1, ${now}, ${now}
    FROM ${numbers} numbers JOIN receivers u ON u.i = n % ${urls.length}`);
  await dataSource.query(`
    INSERT INTO webhook_webhook (tenant_uid, webhook_uid, transport_id, action, enabled, ordered, created_at, last_modified_at)
    SELECT tenant_uid, http_transport_uid, id, '*', true, false, ${now}, ${now} FROM webhook_http_transport t
    WHERE NOT EXISTS (SELECT 1 FROM webhook_webhook w WHERE w.transport_id = t.id)`);
  await dataSource.query(`
    INSERT INTO webhook_lane (transport_id, tenant_uid) SELECT id, tenant_uid FROM webhook_http_transport t
    WHERE NOT EXISTS (SELECT 1 FROM webhook_lane l WHERE l.transport_id = t.id)`);
}

/** Emits `count` events in one transaction, for the tenants in turn. */
export async function emit({ dataSource, emitter }, { count, tenants, prefix = 't', chunk = 50 }) {
  await dataSource.transaction(async (manager) => {
    for (let from = 0; from < count; from += chunk) {
      const events = Array.from({ length: Math.min(chunk, count - from) }, (_, index) => ({
        action: 'ORDER_SETTLED',
        data: dataOf(from + index),
      }));
      await emitter.emitMany(events, { tenantUid: `${prefix}${(from / chunk) % tenants}`, manager });
    }
  });
}

/**
 * Reads from the end of the keys, where rows are processed last. From the beginning, each query would read the dead rows of all
 * processed deliveries, which would distort the measurement, above all while a snapshot keeps these rows alive.
 */
const LAST = {
  outbox: 'SELECT 1 FROM webhook_outbox ORDER BY tenant_uid DESC, event_id DESC LIMIT 1',
  queue: 'SELECT 1 FROM webhook_queue ORDER BY transport_id DESC, due_at DESC, delivery_id DESC LIMIT 1',
};

/** Waits until the given tables are empty: `outbox` for fan-out, `queue` for delivery. */
export async function drained({ dataSource }, ...tables) {
  for (;;) {
    const left = await Promise.all(tables.map((table) => dataSource.query(LAST[table])));
    if (left.every((rows) => rows.length === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Seconds that `work` takes. */
export async function timed(work) {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1_000;
}

/** The value below which the given share of the values lies. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
