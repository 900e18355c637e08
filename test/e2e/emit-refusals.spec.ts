import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { HostTransaction } from '../../lib/persistence/ports/host-transaction.js';
import { createMigratedDatabase } from '../support/databases.js';
import { eachWorker } from '../support/each-worker.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

const data = { order: { Uid: '700' } };

/** The emitter for a caller in JavaScript, which has no types. */
type Untyped = Record<'emit' | 'emitMany' | 'emitSync', (...args: unknown[]) => Promise<unknown>>;

describe('emit refuses', () => {
  eachWorker((scene) => {
    const untyped = (): Untyped => scene().host.emitter as unknown as Untyped;
    const eventsOf = async (): Promise<number> => {
      const { host, tenant } = scene();
      const [row] = await host.dataSource.query<{ n: number | string }[]>(
        `SELECT count(*) AS n FROM webhook_event WHERE tenant_uid = '${tenant.tenantUid}'`,
      );
      return Number(row!.n);
    };

    it('a call without options, with an error that shows what to pass', async () => {
      const failing = { code: 'INVALID_EMIT_OPTION', message: expect.stringMatching(/pass an object/) };
      await expect(untyped().emit('ORDER_SETTLED', data)).rejects.toMatchObject(failing);
      await expect(untyped().emitMany([])).rejects.toMatchObject(failing);
    });

    it('an option that does not exist, so that a misspelt manager does not commit on its own', async () => {
      const { host, tenant } = scene();
      await host.dataSource.transaction(async (manager) => {
        const options = { tenantUid: tenant.tenantUid, manger: manager };
        await expect(untyped().emit('ORDER_SETTLED', data, options)).rejects.toMatchObject({
          code: 'INVALID_EMIT_OPTION',
          message: 'The option "manger" of emit does not exist. Did you mean "manager"?',
        });
        const event = { action: 'ORDER_SETTLED', data, orderKey: '1' };
        const many = untyped().emitMany([event], { tenantUid: tenant.tenantUid, manager });
        await expect(many).rejects.toHaveProperty('message', expect.stringMatching(/"orderingKey"\?/));
      });
      expect(await eventsOf()).toBe(0);
    });

    it('a manager that is null, and a transaction that no adapter has made', async () => {
      const { tenantUid } = scene().tenant;
      const withNull = untyped().emit('ORDER_SETTLED', data, { tenantUid, manager: null });
      await expect(withNull).rejects.toHaveProperty('code', 'MANAGER_NOT_IN_TRANSACTION');
      for (const transaction of [null, {}, 'trx', () => undefined]) {
        const emitted = untyped().emit('ORDER_SETTLED', data, { tenantUid, transaction });
        await expect(emitted).rejects.toMatchObject({
          code: 'INVALID_EMIT_OPTION',
          option: 'transaction',
          message: expect.stringMatching(/fromKnex\(trx\)/),
        });
      }
      expect(await eventsOf()).toBe(0);
    });

    it('a manager and a transaction together, and a manager in emitSync', async () => {
      const { host, tenant } = scene();
      const transaction = {
        kind: 'x',
        subject: {},
        isOpen: () => true,
        run: () => Promise.reject(new Error()),
      };
      await host.dataSource.transaction(async (manager) => {
        const both = { tenantUid: tenant.tenantUid, manager, transaction };
        await expect(host.emitter.emit('ORDER_SETTLED', data, both)).rejects.toHaveProperty(
          'option',
          'transaction',
        );
      });
      const sync = (options: object) => () => untyped().emitSync('ORDER_SETTLED', data, options);
      const tenantUid = tenant.tenantUid;
      expect(sync({ tenantUid, manager: host.dataSource.manager })).toThrow(/await emit instead of emitSync/);
      expect(sync({ tenantUid, transaction: transaction satisfies HostTransaction })).toThrow(/await emit/);
      expect(sync({ tenantUid })).toThrow(expect.objectContaining({ code: 'INVALID_EMIT_OPTION' }));
    });
  });
});

describe('requireTransaction', () => {
  let database: TestDatabase;
  let host: TestHost;
  beforeAll(async () => {
    database = await createMigratedDatabase('sqlite');
    host = await TestHost.start({ database, webhooks: { requireTransaction: true, worker: false } });
  });
  afterAll(async () => {
    await host.close();
    await database.drop();
  });

  it('refuses an emit without a transaction and accepts one with it', async () => {
    const refused = {
      code: 'TRANSACTION_REQUIRED',
      message: expect.stringMatching(/requireTransaction: false/),
    };
    await expect(host.emitter.emit('ORDER_SETTLED', data, { tenantUid: '7' })).rejects.toMatchObject(refused);
    await expect(host.emitter.emitMany([], { tenantUid: '7' })).rejects.toMatchObject(refused);
    await host.dataSource.transaction(async (manager) => {
      await host.emitter.emit('ORDER_SETTLED', data, { tenantUid: '7', manager });
    });
    expect(await host.dataSource.query('SELECT tenant_uid FROM webhook_event')).toEqual([
      { tenant_uid: '7' },
    ]);
  });
});

describe('on PostgreSQL, a manager of the same database', () => {
  const role = `tillhook_emit_${randomBytes(4).toString('hex')}`;
  let database: TestDatabase;
  let host: TestHost;
  let other: DataSource | undefined;

  beforeAll(async () => {
    database = await createMigratedDatabase('postgres');
    host = await TestHost.start({ database, webhooks: { worker: false } });
    await host.dataSource.query('CREATE SCHEMA tenant_a');
    // A statement without a schema would write to this table if tenant_a comes first in the search path.
    await host.dataSource.query('CREATE TABLE tenant_a.webhook_event (LIKE webhook_event INCLUDING ALL)');
    await host.dataSource.query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
  });
  afterAll(async () => {
    await other?.destroy();
    await host.dataSource.query(`DROP OWNED BY ${role}`);
    await host.dataSource.query(`DROP ROLE ${role}`);
    await host.close();
    await database.drop();
  });

  const open = async (options: object): Promise<DataSource> => {
    await other?.destroy();
    other = await new DataSource({ ...database.options, ...options }).initialize();
    return other;
  };
  const emitOn = (dataSource: DataSource): Promise<unknown> =>
    dataSource.transaction((manager) =>
      host.emitter.emitMany(
        [
          { action: 'ORDER_SETTLED', data },
          { action: 'ORDER_SETTLED', data },
        ],
        { tenantUid: 'a', manager },
      ),
    );
  const count = async (table: string): Promise<number> => {
    const [row] = await host.dataSource.query<{ n: string }[]>(`SELECT count(*) AS n FROM ${table}`);
    return Number(row!.n);
  };

  it('is accepted whatever its schema and search path, and writes to the tables of the module', async () => {
    const tenantA = await open({ schema: 'tenant_a', extra: { options: '-c search_path=tenant_a' } });
    await emitOn(tenantA);
    await tenantA.transaction((manager) =>
      host.emitter.emit('ORDER_SETTLED', data, { tenantUid: 'a', manager }),
    );
    expect([await count('public.webhook_event'), await count('public.webhook_outbox')]).toEqual([3, 3]);
    expect(await count('tenant_a.webhook_event')).toBe(0);
  });

  it('is refused with the missing privilege if its role may not write events', async () => {
    const url = Object.assign(new URL(database.url), { username: role, password: role }).href;
    const limited = await open({ url });
    const refused = {
      code: 'PERMISSION_DENIED',
      message: expect.stringMatching(
        /permission denied for table webhook_event.*SELECT and INSERT on webhook_event/s,
      ),
    };
    await expect(emitOn(limited)).rejects.toMatchObject(refused);
    await host.dataSource.query('REVOKE USAGE ON SCHEMA public FROM PUBLIC');
    await expect(emitOn(limited)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringMatching(/permission denied for schema public.*USAGE/s),
    });
  });
});
