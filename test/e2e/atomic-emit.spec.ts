import { describe, expect, it } from '@jest/globals';
import { DataSource, type EntityManager } from 'typeorm';
import { createDatabase } from '../support/databases.js';
import { eachWorker, type DeliveryScene } from '../support/each-worker.js';
import { eventually } from '../support/eventually.js';

const EMITS = 2_000;
const PER_TRANSACTION = 10;
const AT_ONCE = 8;

const ON_PURPOSE = new Error('rolled back on purpose');
const order = (uid: string) => ({ order: { Uid: uid } });

/** Does `count` pieces of work, at most `atOnce` at a time. */
async function inParallel(count: number, atOnce: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

describe('emit', () => {
  eachWorker((scene) => {
    /** TypeORM has one connection to SQLite, which cannot run two transactions at once. So a host runs them one after another there. */
    const atOnce = (): number => (scene().host.dataSource.options.type === 'postgres' ? AT_ONCE : 1);

    const emit = async (uid: string, manager?: EntityManager): Promise<void> => {
      const { host, tenant } = scene();
      const options = { tenantUid: tenant.tenantUid, eventUid: uid, ...(manager && { manager }) };
      await host.emitter.emit('ORDER_SETTLED', order(uid), options);
    };
    const received = ({ receiver }: DeliveryScene): string[] =>
      receiver.requests.map(({ headers }) => headers['webhook-id']!).sort();

    it('delivers what was committed and nothing else, of 2,000 events half of which are rolled back', async () => {
      const { host, receiver, tenant } = scene();
      await tenant.transport(receiver, { maxConcurrency: 32 });
      const committed: string[] = [];

      await inParallel(EMITS / PER_TRANSACTION, atOnce(), async (n) => {
        const uids = Array.from({ length: PER_TRANSACTION }, (_, index) => `event-${n}-${index}`);
        const isKept = n % 2 === 0;
        const work = host.dataSource.transaction(async (manager) => {
          if (n % 4 < 2) {
            for (const uid of uids) await emit(uid, manager);
          } else {
            const events = uids.map((uid) => ({
              action: 'ORDER_SETTLED' as const,
              data: order(uid),
              eventUid: uid,
            }));
            await host.emitter.emitMany(events, { tenantUid: tenant.tenantUid, manager });
          }
          if (!isKept) throw ON_PURPOSE;
        });
        await (isKept ? work : expect(work).rejects.toBe(ON_PURPOSE));
        if (isKept) committed.push(...uids);
      });

      expect(committed).toHaveLength(EMITS / 2);
      await receiver.waitFor(committed.length, 60_000);
      await eventually(async () => (await pendingOf(host.dataSource, tenant.tenantUid)) === 0);
      expect(received(scene())).toEqual(committed.sort());
    }, 90_000);

    it('without a manager delivers at once, also if the transaction around it is rolled back', async () => {
      const { host, receiver, tenant } = scene();
      await tenant.transport(receiver);
      await emit('alone');
      await receiver.waitFor(1);
      if (host.dataSource.options.type === 'postgres') {
        const work = host.dataSource.transaction(async () => {
          await emit('outside');
          throw ON_PURPOSE;
        });
        await expect(work).rejects.toBe(ON_PURPOSE);
        await receiver.waitFor(2);
      }
    });

    it('follows savepoints: what a nested transaction undid is not delivered', async () => {
      const { host, receiver, tenant } = scene();
      await tenant.transport(receiver);
      await host.dataSource.transaction(async (manager) => {
        await emit('outer', manager);
        const undone = manager.transaction(async (nested) => {
          await emit('undone', nested);
          throw ON_PURPOSE;
        });
        await expect(undone).rejects.toBe(ON_PURPOSE);
        await manager.transaction((nested) => emit('nested', nested));
        // A released savepoint has committed nothing yet.
        await new Promise((resolve) => setTimeout(resolve, 150));
        expect(receiver.requests).toHaveLength(0);
      });
      await tenant.untilLogged({ status: 'DELIVERED' }, 2);
      expect(received(scene())).toEqual(['nested', 'outer']);
    });

    it('refuses a manager that would make it less than atomic, and writes nothing', async () => {
      const { host, tenant } = scene();
      const elsewhere = await createDatabase('sqlite');
      const foreign = await new DataSource(elsewhere.options).initialize();
      try {
        await expect(emit('x', host.dataSource.manager)).rejects.toHaveProperty(
          'code',
          'MANAGER_NOT_IN_TRANSACTION',
        );
        const ended = await host.dataSource.transaction((manager) => Promise.resolve(manager));
        await expect(emit('x', ended)).rejects.toHaveProperty('code', 'MANAGER_NOT_IN_TRANSACTION');
        const other = foreign.transaction((manager) => emit('x', manager));
        await expect(other).rejects.toHaveProperty('code', 'FOREIGN_MANAGER');
        expect(await pendingOf(host.dataSource, tenant.tenantUid)).toBe(0);
      } finally {
        await foreign.destroy();
        await elsewhere.drop();
      }
    });

    it('accepts a manager of another data source that leads to the same database', async () => {
      const { host, receiver, tenant } = scene();
      await tenant.transport(receiver);
      const second = await new DataSource(host.dataSource.options).initialize();
      try {
        await second.transaction((manager) => emit('second', manager));
        expect(await receiver.waitFor(1)).toMatchObject([{ headers: { 'webhook-id': 'second' } }]);
      } finally {
        await second.destroy();
      }
    });
  });
});

/** Events of the tenant that are not fanned out, and deliveries that are not at their end. */
async function pendingOf(dataSource: DataSource, tenantUid: string): Promise<number> {
  const [row] = await dataSource.query<{ pending: string | number }[]>(
    `SELECT (SELECT count(*) FROM webhook_outbox WHERE tenant_uid = '${tenantUid}')
          + (SELECT count(*) FROM webhook_queue q JOIN webhook_tenant n ON n.id = q.tenant_id WHERE n.tenant_uid = '${tenantUid}') AS pending`,
  );
  return Number(row!.pending);
}
