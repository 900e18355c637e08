// The duration of requests for lists of deliveries, with each filter, of a tenant with 10,000,000 ended and
// 1,000,000 pending deliveries and 1,000 transports.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhooksModule } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../databases.mjs';
import { addTransports } from '../host.mjs';

export const title = 'lists of deliveries';

const TRANSPORTS = 1_000;
const EVENTS = 10_000;
const ROUNDS = 7;
/** Number of rows that one statement writes. On SQLite, a statement blocks the process. */
const CHUNK = 500_000;
const AT_MOST_MS = 200;
/** Time between two deliveries: a minute. */
const STEP_MS = 60_000;

export async function run({ databaseUrl, sinkUrls, size }) {
  class Everybody {
    check() {
      return 'granted';
    }
  }
  const app = await NestFactory.create(
    {
      module: class ListsHost {},
      imports: [
        TypeOrmModule.forRoot(dataSourceOptions(databaseUrl)),
        WebhooksModule.forRoot({
          runMigrations: true,
          worker: false,
          accessPolicy: Everybody,
          maxTransportsPerTenant: TRANSPORTS,
          egress: { allowCidrs: ['127.0.0.0/8'], allowHttp: true },
        }),
      ],
    },
    { logger: ['error'] },
  );
  await app.listen(0, '127.0.0.1');
  const dataSource = app.get(DataSource);
  const ended = Math.ceil(10_000_000 * size);
  const pending = Math.ceil(1_000_000 * size);
  await addTransports({ dataSource }, { count: TRANSPORTS, tenants: 1, urls: sinkUrls });
  const first = await fill(dataSource, { ended, pending });

  const url = `${await app.getUrl()}/tenants/t0/deliveries`;
  const at = (share) => new Date(Math.floor(ended * share) * STEP_MS).toISOString();
  const lists = {
    'all, newest': '',
    'one status, the most frequent': 'status=MISSED',
    'one status, rare': 'status=FAILED',
    pending: 'status=PENDING',
    'one transport': 'httpTransportUid=t7',
    'one transport, rare status': 'httpTransportUid=t7&status=FAILED',
    'one action, rare': 'action=TILL_CLOSED',
    'one action of one transport, rare': 'action=TILL_CLOSED&httpTransportUid=t7',
    'one webhook': 'webhookUid=t7',
    'one event': 'eventUid=lists-77',
    'a period in the middle': `createdFrom=${at(0.5)}&createdTo=${at(0.50001)}`,
    'a period and a rare action': `createdFrom=${at(0.2)}&createdTo=${at(0.6)}&action=TILL_CLOSED`,
  };
  const measures = [];
  for (const [name, query] of Object.entries(lists)) {
    const times = [];
    for (let round = 0; round < ROUNDS; round += 1) times.push(await timeOf(`${url}?pageSize=100&${query}`));
    const note = `first ${times[0].toFixed(0)} ms, ${ended} rows`;
    measures.push({
      measure: `list: ${name}`,
      value: Math.max(...times),
      unit: 'ms',
      atMost: AT_MOST_MS,
      note,
    });
  }
  measures.push({
    measure: 'one pending delivery by its uid',
    value: Math.max(...(await repeated(() => timeOf(`${url}/${uidOf(first)}`)))),
    unit: 'ms',
    atMost: AT_MOST_MS,
  });
  await app.close();
  return measures;
}

async function timeOf(url) {
  const startedAt = performance.now();
  const response = await fetch(url);
  await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return performance.now() - startedAt;
}

async function repeated(work) {
  const results = [];
  for (let round = 0; round < ROUNDS; round += 1) results.push(await work());
  return results;
}

/** `dlv_` and 13 digits of Crockford's base 32. */
const uidOf = (id) =>
  `dlv_${id
    .toString(32)
    .replaceAll(/[i-v]/g, (digit) => 'jkmnpqrstvwxyz'['ijklmnopqrstuv'.indexOf(digit)])
    .padStart(13, '0')}`;

/**
 * Writes deliveries: most are missed, one in 100,000 has failed, and some are pending. One event in 1,000 has a rare action.
 *
 * @returns the id of a pending delivery
 */
async function fill(dataSource, { ended, pending }) {
  const isPostgres = dataSource.options.type === 'postgres';
  const numbers = (from, to) =>
    isPostgres
      ? `generate_series(${from}::bigint, ${to}) g(n)`
      : `(WITH RECURSIVE g(n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM g WHERE n < ${to}) SELECT n FROM g) g`;
  const [tenant] = await dataSource.query(`SELECT id FROM webhook_tenant WHERE tenant_uid = 't0'`);
  const [transport] = await dataSource.query('SELECT min(id) AS id FROM webhook_http_transport');
  const [webhook] = await dataSource.query('SELECT min(id) AS id FROM webhook_webhook');
  await dataSource.query(`
    INSERT INTO webhook_event (tenant_uid, event_uid, action, body, created_at)
    SELECT 't0', 'lists-' || n, CASE WHEN n % 1000 = 0 THEN 'TILL_CLOSED' ELSE 'ORDER_SETTLED' END, '{}', 5
    FROM ${numbers(1, EVENTS)}`);
  const [event] = await dataSource.query('SELECT min(id) AS id FROM webhook_event');
  // 7919 is a prime, so each transport gets events of both actions.
  const columns = (
    id,
  ) => `${id}, ${tenant.id}, ${event.id} + (g.n * 7919) % ${EVENTS}, ${transport.id} + g.n % ${TRANSPORTS},
      ${webhook.id} + g.n % ${TRANSPORTS}, g.n * ${STEP_MS}`;
  for (let from = 1; from <= ended; from += CHUNK) {
    await dataSource.query(`
      INSERT INTO webhook_delivery (id, tenant_id, event_id, transport_id, webhook_id, created_at, finished_at, status, attempts)
      SELECT ${columns('g.n')}, g.n * ${STEP_MS}, CASE WHEN g.n % 100003 = 0 THEN 'FAILED' ELSE 'MISSED' END, 0
      FROM ${numbers(from, Math.min(ended, from + CHUNK - 1))}`);
  }
  for (let from = ended + 1; from <= ended + pending; from += CHUNK) {
    await dataSource.query(`
      INSERT INTO webhook_queue (delivery_id, tenant_id, event_id, transport_id, webhook_id, created_at, due_at)
      SELECT ${columns('g.n')}, g.n FROM ${numbers(from, Math.min(ended + pending, from + CHUNK - 1))}`);
  }
  if (isPostgres) await dataSource.query('VACUUM ANALYZE webhook_delivery, webhook_queue');
  return ended + 1;
}
