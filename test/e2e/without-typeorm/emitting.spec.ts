import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhooksHealth } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { eventually } from '../../support/eventually.js';
import { createDatabase, eachDatabase } from '../../support/databases.js';
import { openPlainClient, type PlainClient } from '../../support/plain-client.js';
import { Receiver } from '../../support/receiver.js';
import { TenantClient } from '../../support/tenant-client.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';

describe('A host without TypeORM', () => {
  eachDatabase((database, kind) => {
    let host: TestHost;
    let client: PlainClient;
    let receiver: Receiver;
    let tenant: TenantClient;
    let other: TestDatabase;

    beforeAll(async () => {
      other = await createDatabase(kind);
      host = await TestHost.start({ database: database(), typeOrm: false });
      client = await openPlainClient(database());
      await client.query('CREATE TABLE sale (uid text)');
    });
    beforeEach(async () => {
      receiver = await Receiver.start();
      tenant = new TenantClient(host);
      await tenant.transport(receiver);
    });
    afterEach(() => receiver.close());
    afterAll(async () => {
      await client.close();
      await host.close();
      await other.drop();
    });

    const inManager = async ({ options }: TestDatabase): Promise<unknown> => {
      const dataSource = await new DataSource(options).initialize();
      try {
        return await dataSource.transaction((manager) =>
          host.emitter.emit(
            'ORDER_SETTLED',
            { order: { Uid: '700' } },
            { tenantUid: tenant.tenantUid, manager },
          ),
        );
      } finally {
        await dataSource.destroy();
      }
    };

    it('delivers what its own driver commits, and nothing of what it rolls back', async () => {
      await client.emitIn(host.emitter, tenant.tenantUid, 'rolled-back');
      await client.query('ROLLBACK');
      await client.emitIn(host.emitter, tenant.tenantUid, 'committed');
      expect(receiver.requests).toHaveLength(0);
      await client.query('COMMIT');
      host.emitter.afterCommit();

      await tenant.untilLogged({ status: 'DELIVERED' });
      expect(receiver.requests.map(({ body }) => JSON.parse(String(body)) as unknown)).toEqual([
        expect.objectContaining({ order: { Uid: 'committed' } }),
      ]);
      expect(await client.query('SELECT uid FROM sale')).toEqual([{ uid: 'committed' }]);
    });

    it('emits without a transaction, on the connection of the module', async () => {
      await tenant.emit();
      await tenant.untilLogged({ status: 'DELIVERED' });
    });

    it('gets a typed error for a transaction on another database', async () => {
      const stranger = await openPlainClient(other);
      await stranger.query('CREATE TABLE sale (uid text)');
      const emitting = (async () => stranger.emitIn(host.emitter, tenant.tenantUid, 'elsewhere'))();
      await expect(emitting).rejects.toMatchObject({ code: 'FOREIGN_TRANSACTION' });
      await stranger.query('ROLLBACK');
      await stranger.query('DROP TABLE sale');
      await stranger.close();
    });

    it('gets a typed error for a manager of a TypeORM data source that leads to another database', async () => {
      await expect(inManager(other)).rejects.toMatchObject({ code: 'FOREIGN_MANAGER' });
    });

    it('may emit in the transaction of a TypeORM data source that it made by hand for the same database', async () => {
      await inManager(database());
      await tenant.untilLogged({ status: 'DELIVERED' });
    });

    it('is healthy', async () => {
      const report = await host.app.get(WebhooksHealth, { strict: false }).check();
      expect(report).toMatchObject({ status: 'ok', reasons: [] });
    });

    it('has no connection of the module any more once it is closed', async () => {
      const closing = await TestHost.start({ database: other, typeOrm: false });
      const witness = await openPlainClient(other);
      try {
        if (kind === 'postgres') {
          expect(await connections(witness)).toBeGreaterThan(0);
          await closing.close();
          // The server notices the end of a connection a little later than the client.
          await eventually(async () => (await connections(witness)) === 0, {
            what: 'the connections of the module to end',
          });
        } else {
          // The last connection that closes removes the write-ahead log, so the witness closes first.
          await witness.query('SELECT count(*) FROM webhook_event');
          await witness.close();
          const log = `${other.url.slice('sqlite:'.length)}-wal`;
          expect(existsSync(log)).toBe(true);
          await closing.close();
          expect(existsSync(log)).toBe(false);
        }
      } finally {
        if (kind === 'postgres') await witness.close();
      }
    });
  });
});

async function connections(witness: PlainClient): Promise<number> {
  const [row] = await witness.query(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'nestjs-tillhook'`,
  );
  return row!['count'] as number;
}
