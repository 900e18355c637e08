import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import BetterSqlite3 from 'better-sqlite3';
import { Client } from 'pg';
import { createMigratedDatabase } from '../../support/databases.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import type { TestDatabase } from '../../support/test-database.js';
import { SampleApp } from './sample-app.js';
import { accessToken } from './sample-client.js';

/** Time-outs and their margin: a lock is waited for up to 10 s on SQLite and 5 s on PostgreSQL. */
const LIMIT_MS = 30_000;

const event = { action: 'TILL_OPEN', data: { till: { Uid: 'till-1' } } };
const ROUTES: [string, string, unknown?][] = [
  ['POST', '/v2/tenants/demo/events', event],
  ['POST', '/v2/tenants/demo/events/batch', { ...event, count: 3 }],
  ['GET', '/v2/tenants/demo/products'],
  ['POST', '/v2/tenants/demo/products', { name: 'Coffee' }],
  ['POST', '/v2/tenants/demo/stores/main/tills/till-1/open', { openingAmount: 1 }],
  ['GET', '/v2/tenants/demo/httptransports'],
];
const SIGN_IN: (typeof ROUTES)[number] = ['POST', '/v2/account', { userCode: 'admin', password: 'admin' }];

describe('The sample app responds with 503 and retry-after', () => {
  let database: TestDatabase;
  let app: SampleApp;
  let token: string;

  const startOn = async (kind: TestDatabase['kind'], url?: string) => {
    app = await SampleApp.start({ ...database, kind, ...(url && { url }) }, { WEBHOOKS_WORKER: 'false' });
    token = await accessToken(app.url, 'admin');
  };
  const outcomeOf = async ([method, path, body]: (typeof ROUTES)[number]) => {
    const response = await fetch(app.url + path, {
      method,
      headers: {
        authorization: `Bearer ${path === SIGN_IN[1] ? 'demo-device' : token}`,
        'content-type': 'application/json',
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const { code } = (await response.json()) as { code?: string };
    return [path, response.status, response.headers.get('retry-after'), code];
  };
  const outage = (routes: typeof ROUTES, code: string) => routes.map(([, path]) => [path, 503, '1', code]);

  afterEach(async () => {
    await app?.close();
    await database?.drop();
  });

  describe('on routes that read and routes that write while PostgreSQL', () => {
    let proxy: TcpProxy;
    beforeEach(async () => {
      database = await createMigratedDatabase('postgres');
      const url = new URL(database.url);
      proxy = await TcpProxy.start(url.hostname, Number(url.port));
      url.port = String(proxy.port);
      await startOn('postgres', url.href);
    });
    afterEach(() => proxy.close());

    it('is away, and works again once it is back', async () => {
      proxy.cut();
      const routes = [...ROUTES, SIGN_IN];
      expect(await Promise.all(routes.map(outcomeOf))).toEqual(outage(routes, 'DATABASE_UNAVAILABLE'));
      proxy.open();
      expect(await outcomeOf(SIGN_IN)).toEqual([SIGN_IN[1], 200, null, undefined]);
    });

    it(
      'is locked',
      async () => {
        const locker = new Client({ connectionString: database.url });
        await locker.connect();
        try {
          await locker.query('BEGIN');
          await locker.query(
            'LOCK TABLE pos_product, pos_store, pos_device, webhook_event, webhook_http_transport',
          );
          const routes = [...ROUTES, SIGN_IN];
          expect(await Promise.all(routes.map(outcomeOf))).toEqual(outage(routes, 'DATABASE_BUSY'));
        } finally {
          await locker.end();
        }
        expect(await outcomeOf(SIGN_IN)).toEqual([SIGN_IN[1], 200, null, undefined]);
      },
      LIMIT_MS,
    );
  });

  it(
    'on routes that write while another process keeps the SQLite file locked',
    async () => {
      database = await createMigratedDatabase('sqlite');
      await startOn('sqlite');
      const writes = ROUTES.filter(([method]) => method === 'POST');
      const locker = new BetterSqlite3(database.url.replace('sqlite:', ''));
      try {
        locker.exec('BEGIN IMMEDIATE');
        expect(await Promise.all(writes.map(outcomeOf))).toEqual(outage(writes, 'DATABASE_BUSY'));
      } finally {
        locker.close();
      }
      expect(await outcomeOf(ROUTES[0]!)).toEqual([ROUTES[0]![1], 200, null, undefined]);
    },
    LIMIT_MS,
  );
});
