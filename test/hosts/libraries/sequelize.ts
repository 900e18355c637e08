import { fromSequelize, type SequelizeTransactionLike } from 'nestjs-tillhook/sequelize';
import { Sequelize, type Transaction } from 'sequelize';
import type { Library, OpenTransaction } from '../library.js';

const transactionOf = (sequelize: Sequelize, transaction: Transaction): OpenTransaction => ({
  adapted: () => fromSequelize(transaction),
  execute: (sql) => sequelize.query(sql, { transaction }),
  nested: (work) => sequelize.transaction({ transaction }, (inner) => work(transactionOf(sequelize, inner))),
});

export const sequelizeLibrary: Library = {
  name: 'Sequelize',
  databases: ['postgres'],
  hasHook: true,
  connect({ url }) {
    const sequelize = new Sequelize(url, { logging: false, pool: { max: 2 } });
    return Promise.resolve({
      transaction: (work) =>
        sequelize.transaction((transaction) => work(transactionOf(sequelize, transaction))),
      plain: () => fromSequelize(sequelize as unknown as SequelizeTransactionLike),
      close: () => sequelize.close(),
    });
  },
};
