import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import BetterSqlite3 from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { HostTransaction } from 'nestjs-tillhook';
import { fromBetterSqlite3 } from 'nestjs-tillhook/better-sqlite3';
import { fromDrizzle, type DrizzleTransactionLike } from 'nestjs-tillhook/drizzle';
import { createDatabase } from '../support/databases.js';
import { Receiver } from '../support/receiver.js';
import { TenantClient } from '../support/tenant-client.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

interface Open {
  adapted(): HostTransaction;
  nested(work: (inner: Open) => void): void;
}

type Transact = (work: (transaction: Open) => void) => void;

const ON_PURPOSE = new Error('rolled back on purpose');

const LIBRARIES: {
  name: string;
  transactOn(db: BetterSqlite3.Database): Transact;
  plain(db: BetterSqlite3.Database): HostTransaction;
}[] = [
  {
    name: 'better-sqlite3',
    transactOn: (db) => {
      const open: Open = {
        adapted: () => fromBetterSqlite3(db),
        nested: (work) => db.transaction(() => work(open))(),
      };
      return (work) => db.transaction(() => work(open))();
    },
    plain: (db) => fromBetterSqlite3(db),
  },
  {
    name: 'Drizzle on better-sqlite3',
    transactOn: (db) => {
      type Tx = Parameters<Parameters<ReturnType<typeof drizzle>['transaction']>[0]>[0];
      const openOf = (tx: Tx): Open => ({
        adapted: () => fromDrizzle(tx),
        nested: (work) => tx.transaction((inner) => work(openOf(inner))),
      });
      return (work) =>
        drizzle(db).transaction((tx) => {
          work(openOf(tx));
        });
    },
    plain: (db) => fromDrizzle(drizzle(db) as unknown as DrizzleTransactionLike),
  },
];

describe.each(LIBRARIES)('$name', ({ transactOn, plain }) => {
  let database: TestDatabase;
  let host: TestHost;
  let receiver: Receiver;
  let db: BetterSqlite3.Database;
  let transact: Transact;
  let tenant: TenantClient;

  beforeAll(async () => {
    database = await createDatabase('sqlite');
    receiver = await Receiver.start();
    host = await TestHost.start({ database, webhooks: { pollMs: 10_000 } });
    db = new BetterSqlite3((database.options as { database: string }).database);
    transact = transactOn(db);
  });
  afterAll(async () => {
    db.close();
    await host.close();
    await receiver.close();
    await database.drop();
  });

  const emitSync = (transaction: HostTransaction, eventUid: string, uid = eventUid) =>
    host.emitter.emitSync(
      'ORDER_SETTLED',
      { order: { Uid: uid }, note: `' ? $1 \\ \0 🧾` },
      { tenantUid: tenant.tenantUid, eventUid, transaction },
    );
  const stored = (): unknown[] =>
    db
      .prepare('SELECT event_uid FROM webhook_event WHERE tenant_uid = ? ORDER BY id')
      .pluck()
      .all(tenant.tenantUid);
  const start = (): void => void (tenant = new TenantClient(host));

  it('commits and rolls back with the transaction, savepoints included, without an await', () => {
    start();
    transact((transaction) => {
      expect(emitSync(transaction.adapted(), 'one')).toEqual({ eventUid: 'one' });
      const undone = () =>
        transaction.nested((inner) => {
          emitSync(inner.adapted(), 'undone');
          throw ON_PURPOSE;
        });
      expect(undone).toThrow(ON_PURPOSE);
      transaction.nested((inner) => void emitSync(inner.adapted(), 'nested'));
    });
    expect(stored()).toEqual(['one', 'nested']);
    const rolledBack = () =>
      transact((transaction) => {
        emitSync(transaction.adapted(), 'never');
        throw ON_PURPOSE;
      });
    expect(rolledBack).toThrow(ON_PURPOSE);
    expect(stored()).toEqual(['one', 'nested']);
  });

  it('throws before the commit, so that the transaction rolls back', () => {
    start();
    const conflicting = () =>
      transact((transaction) => {
        emitSync(transaction.adapted(), 'one', '1');
        emitSync(transaction.adapted(), 'one', '2');
      });
    expect(conflicting).toThrow(expect.objectContaining({ code: 'EVENT_UID_CONFLICT' }));
    expect(stored()).toEqual([]);
  });

  it('refuses a database in no transaction, and a transaction that has ended', async () => {
    start();
    const notOpen = expect.objectContaining({ code: 'TRANSACTION_NOT_OPEN' });
    expect(() => emitSync(plain(db), 'plain')).toThrow(notOpen);
    let kept: Open | undefined;
    transact((transaction) => void (kept = transaction));
    expect(() => emitSync(kept!.adapted(), 'late')).toThrow(notOpen);
    const late = async () =>
      host.emitter.emit(
        'ORDER_SETTLED',
        { order: { Uid: '1' } },
        { tenantUid: '7', transaction: kept!.adapted() },
      );
    await expect(late()).rejects.toEqual(notOpen);
    expect(stored()).toEqual([]);
  });

  it('emits even if another connection writes between each two statements of the transaction', () => {
    start();
    const others = new BetterSqlite3((database.options as { database: string }).database, { timeout: 0 });
    others.exec('CREATE TABLE note (text)');
    let writes = 0;
    try {
      transact((transaction) => {
        const adapted = transaction.adapted();
        const runSync: HostTransaction['runSync'] = (sql, parameters) => {
          // It fails as soon as the transaction has the write lock.
          const write = (): unknown => others.exec(`INSERT INTO note VALUES ('${(writes += 1)}')`);
          if (/INSERT/.test(sql)) write();
          else expect(write).not.toThrow();
          return adapted.runSync!(sql, parameters);
        };
        emitSync({ ...adapted, subject: {}, runSync }, 'contended');
      });
      expect(writes).toBe(3);
      expect(stored()).toEqual(['contended']);
    } finally {
      others.close();
    }
  });

  it('refuses a transaction on another SQLite file', async () => {
    start();
    const elsewhere = await createDatabase('sqlite');
    const other = new BetterSqlite3((elsewhere.options as { database: string }).database);
    try {
      const foreign = () =>
        transactOn(other)((transaction) => void emitSync(transaction.adapted(), 'foreign'));
      expect(foreign).toThrow(expect.objectContaining({ code: 'FOREIGN_TRANSACTION' }));
    } finally {
      other.close();
      await elsewhere.drop();
    }
  });

  it('delivers soon after the commit', async () => {
    start();
    await tenant.transport(receiver);
    const samples: number[] = [];
    for (let n = 0; n < 40; n += 1) {
      receiver.reset();
      const transactOnce = () =>
        transact((transaction) => void emitSync(transaction.adapted(), `event-${n}`));
      // Every second commit is reported to the module.
      if (n % 2 === 0) host.emitter.wakeAfter(transactOnce);
      else transactOnce();
      const committedAt = performance.now();
      await receiver.waitFor(1);
      samples.push(performance.now() - committedAt);
    }
    const p95 = samples.sort((a, b) => a - b)[38]!;
    console.log(`p95 ${p95.toFixed(1)} ms`);
    expect(p95).toBeLessThanOrEqual(600);
  }, 60_000);
});
