import { afterEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { Tenant } from '../../../sample-app/account/tenant.entity.js';
import { TenantUser } from '../../../sample-app/account/tenant-user.entity.js';
import { parseDatabaseTarget } from '../../../sample-app/config/database-target.js';
import { openDatabase } from '../../../sample-app/database/open-database.js';
import { PosTransactions } from '../../../sample-app/database/pos-transactions.js';
import { createPosDataSource } from '../../../sample-app/database/pos-data-source.js';
import { createDatabase, eachDatabase } from '../../support/databases.js';

eachDatabase((db, kind) => {
  const target = () => parseDatabaseTarget('DATABASE_URL', db().url);
  const opened: DataSource[] = [];
  const open = async () => {
    const dataSource = await openDatabase(target());
    opened.push(dataSource);
    return dataSource;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((dataSource) => dataSource.destroy()));
  });

  describe('the sample app prepares its database', () => {
    it('once, although several processes start at the same time and again later', async () => {
      const dataSources = await Promise.all([open(), open(), open(), open()]);
      dataSources.push(await open());
      for (const dataSource of dataSources) {
        expect(await dataSource.getRepository(Tenant).find({ order: { uid: 'ASC' } })).toMatchObject([
          { uid: 'demo' },
          { uid: 'other' },
        ]);
        expect(await dataSource.getRepository(TenantUser).count()).toBe(4);
      }
    });

    it('so that its migrations and its entities agree', async () => {
      const dataSource = await open();
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    });

    it('and can revert its migrations', async () => {
      const dataSource = await open();
      await dataSource.undoLastMigration();
      const pending = createPosDataSource(target());
      await pending.initialize();
      opened.push(pending);
      expect(await pending.showMigrations()).toBe(true);
      await dataSource.runMigrations();
    });
  });

  describe('PosTransactions', () => {
    const addTenant = (transactions: PosTransactions, uid: string, holdMs = 0, fail = false) =>
      transactions.run(async (manager) => {
        await manager.insert(Tenant, { uid, name: uid });
        await new Promise((resolve) => setTimeout(resolve, holdMs));
        if (fail) throw new Error('on purpose');
      });

    it('commits what succeeds and rolls back what fails, however many run at once', async () => {
      const dataSource = await open();
      const transactions = new PosTransactions(dataSource);
      const uids = Array.from({ length: 40 }, (_, index) => `${kind}-${index}`);
      const outcomes = await Promise.allSettled(
        uids.map((uid, index) => addTenant(transactions, uid, 2, index % 2 === 1)),
      );
      expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(20);
      const tenants = await dataSource.getRepository(Tenant).find();
      expect(
        tenants
          .map(({ uid }) => uid)
          .filter((uid) => uid.startsWith(`${kind}-`))
          .sort(),
      ).toEqual(uids.filter((_uid, index) => index % 2 === 0).sort());
    });

    it('reads no row that is not committed', async () => {
      const transactions = new PosTransactions(await open());
      const adding = addTenant(transactions, 'phantom', 100, true).catch((error: Error) => error.message);
      await new Promise((resolve) => setTimeout(resolve, 30));
      const read = transactions.read((manager) => manager.existsBy(Tenant, { uid: 'phantom' }));
      expect(await adding).toBe('on purpose');
      expect(await read).toBe(false);
    });

    it('waits for another connection that writes, without blocking the event loop', async () => {
      const [mine, others] = [new PosTransactions(await open()), new PosTransactions(await open())];
      const startedAt = performance.now();
      // The other connection holds the lock for fifty turns of this event loop.
      // If the wait blocked the loop, it would turn only twice a second, and the lock would be held for 25 s.
      const theirs = others.run(async (manager) => {
        await manager.insert(Tenant, { uid: 'theirs', name: 'theirs' });
        for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setTimeout(resolve, 2));
      });
      await Promise.all([
        theirs,
        ...Array.from({ length: 5 }, (_, index) => addTenant(mine, `mine-${index}`)),
      ]);
      expect(performance.now() - startedAt).toBeLessThan(10_000);
    });
  });
}, createDatabase);
