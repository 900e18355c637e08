import { fromSequelize, type SequelizeTransactionLike } from 'nestjs-tillhook/sequelize';
import { Sequelize, type Transaction } from 'sequelize';
import type { TestDatabase } from '../../support/test-database.js';
import type { Library, OpenTransaction } from '../library.js';

const transactionOf = (sequelize: Sequelize, transaction: Transaction): OpenTransaction => ({
  adapted: () => fromSequelize(transaction),
  execute: (sql) => sequelize.query(sql, { transaction }),
  nested: (work) => sequelize.transaction({ transaction }, (inner) => work(transactionOf(sequelize, inner))),
});

const open = ({ kind, url, options }: TestDatabase): Sequelize =>
  kind === 'postgres'
    ? new Sequelize(url, { logging: false, pool: { max: 2 } })
    : new Sequelize({
        dialect: 'sqlite',
        storage: (options as { database: string }).database,
        logging: false,
      });

export const sequelizeLibrary: Library = {
  name: 'Sequelize',
  databases: ['postgres', 'sqlite'],
  hasHook: true,
  connect(database) {
    const sequelize = open(database);
    return Promise.resolve({
      transaction: (work) =>
        sequelize.transaction((transaction) => work(transactionOf(sequelize, transaction))),
      plain: () => fromSequelize(sequelize as unknown as SequelizeTransactionLike),
      close: () => sequelize.close(),
    });
  },
};
