// This module as a host uses it: default options, eight tenants with one transport each, events emitted in the
// host's transactions. The measurement starts when the whole backlog is committed, so it includes fan-out, and ends when
// every delivery is recorded.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhookEmitter, WebhooksModule } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { dataOf } from '../body.mjs';
import { dataSourceOptions } from '../databases.mjs';

const TENANTS = Array.from({ length: 8 }, (_, index) => `bench-${index}`);
const WARM_UP = 5_000;
const EMIT_CHUNK = 50;
const POLL_MS = 50;

class EverybodyIsAdmin {
  check() {
    return 'granted';
  }
}

/** @returns {Promise<{ count: number, seconds: number }>} number of recorded deliveries, and their duration */
export async function run({ databaseUrl, sinkUrls, events }) {
  const app = await startHost(databaseUrl);
  await subscribe(await app.getUrl(), sinkUrls);
  await deliver(app, WARM_UP, WARM_UP);
  const seconds = await deliver(app, events, WARM_UP + events);
  await app.close();
  return { count: events, seconds };
}

async function startHost(databaseUrl) {
  const host = {
    module: class BenchHost {},
    imports: [
      TypeOrmModule.forRoot(dataSourceOptions(databaseUrl)),
      WebhooksModule.forRoot({
        accessPolicy: EverybodyIsAdmin,
        runMigrations: true,
        egress: { allowCidrs: ['127.0.0.0/8'], allowHttp: true },
      }),
    ],
  };
  const app = await NestFactory.create(host, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  return app;
}

/** Creates one transport and one webhook for each tenant, over REST. */
async function subscribe(hostUrl, sinkUrls) {
  for (const [index, tenantUid] of TENANTS.entries()) {
    const transports = `${hostUrl}/tenants/${tenantUid}/httptransports`;
    await post(transports, {
      httpTransportUid: 'sink',
      name: 'Sink',
      url: sinkUrls[index % sinkUrls.length],
    });
    await post(`${transports}/sink/webhooks`, { action: 'ORDER_SETTLED' });
  }
}

async function post(url, body) {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} responded with ${response.status}: ${await response.text()}`);
}

/** Emits `count` events in one transaction and waits until all are delivered. @returns seconds since the commit */
async function deliver(app, count, deliveredInAll) {
  const emitter = app.get(WebhookEmitter, { strict: false });
  const dataSource = app.get(DataSource);
  await dataSource.transaction(async (manager) => {
    for (let from = 0; from < count; from += EMIT_CHUNK) {
      const tenantUid = TENANTS[(from / EMIT_CHUNK) % TENANTS.length];
      const numbers = Array.from({ length: Math.min(EMIT_CHUNK, count - from) }, (_, index) => from + index);
      const chunk = numbers.map((number) => ({ action: 'ORDER_SETTLED', data: dataOf(number) }));
      await emitter.emitMany(chunk, { tenantUid, manager });
    }
  });
  const start = performance.now();
  while (await hasWork(dataSource)) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  const seconds = (performance.now() - start) / 1_000;
  const [row] = await dataSource.query(
    `SELECT count(*) AS delivered FROM webhook_delivery WHERE status = 'DELIVERED'`,
  );
  if (Number(row.delivered) !== deliveredInAll)
    throw new Error(`Delivered ${row.delivered}, not ${deliveredInAll}.`);
  return seconds;
}

/**
 * Whether an event waits for fan-out, or a delivery for its record. It reads from the end of the keys, where rows are
 * processed last. From the beginning, it would read the dead rows of all processed deliveries, which would take longer than
 * the work that is measured.
 */
async function hasWork(dataSource) {
  const rows = await dataSource.query(`
    SELECT * FROM (SELECT event_id AS id FROM webhook_outbox ORDER BY tenant_uid DESC, event_id DESC LIMIT 1) unfanned
    UNION ALL
    SELECT * FROM (SELECT delivery_id AS id FROM webhook_queue ORDER BY transport_id DESC, due_at DESC, delivery_id DESC LIMIT 1) due`);
  return rows.length > 0;
}
