import { BetterSqliteDriver } from '@mikro-orm/better-sqlite';
import { EntitySchema } from '@mikro-orm/core';
import { MikroORM, PostgreSqlDriver, type SqlEntityManager } from '@mikro-orm/postgresql';
import { fromMikroOrm } from 'nestjs-tillhook/mikro-orm';
import type { TestDatabase } from '../../support/test-database.js';
import type { Library, OpenTransaction } from '../library.js';

/** MikroORM refuses to start without an entity. */
const Order = new EntitySchema({ name: 'Order', properties: { uid: { type: 'string', primary: true } } });

const transactionOf = (em: SqlEntityManager): OpenTransaction => ({
  adapted: () => fromMikroOrm(em),
  execute: (sql) => em.execute(sql),
  nested: (work) => em.transactional((inner) => work(transactionOf(inner))),
});

const open = async ({
  kind,
  url,
  options,
}: TestDatabase): Promise<{ em: SqlEntityManager; close(): Promise<void> }> => {
  const shared = { entities: [Order], discovery: { warnWhenNoEntities: false } };
  const orm =
    kind === 'postgres'
      ? await MikroORM.init({ ...shared, driver: PostgreSqlDriver, clientUrl: url, pool: { min: 0, max: 2 } })
      : await MikroORM.init({
          ...shared,
          driver: BetterSqliteDriver as never,
          dbName: (options as { database: string }).database,
        });
  return { em: orm.em as unknown as SqlEntityManager, close: () => orm.close() };
};

export const mikroOrmLibrary: Library = {
  name: 'MikroORM',
  databases: ['postgres', 'sqlite'],
  hasHook: true,
  async connect(database) {
    const { em, close } = await open(database);
    return {
      transaction: (work) => em.fork().transactional((inner) => work(transactionOf(inner))),
      plain: () => fromMikroOrm(em.fork()),
      close,
    };
  },
};
