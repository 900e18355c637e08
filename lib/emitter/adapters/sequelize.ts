import { InvalidEmitOptionError } from '../../errors/emit.errors.js';
import type { HostRow, HostTransaction } from '../../persistence/ports/host-transaction.js';
import { assertTransaction, hasMethods } from './adapter.js';

/** A `Transaction` of Sequelize 6. */
export interface SequelizeTransactionLike {
  afterCommit(callback: () => void): unknown;
  rollback(): Promise<void>;
}

/** Members of a `Transaction` that Sequelize's types leave out. */
interface Internals {
  readonly sequelize: { query(sql: string, options: object): Promise<unknown>; getDialect(): string };
  readonly finished?: string;
  /** A nested transaction is a savepoint of its parent. */
  readonly parent?: SequelizeTransactionLike & Internals;
}

/**
 * A transaction of Sequelize 6 on PostgreSQL. On SQLite the adapter rejects the transaction, because Sequelize uses its own
 * copy of SQLite there, so that written rows can be lost.
 *
 * @param transaction the result of `sequelize.transaction()`, or a nested transaction of it
 * @throws {TransactionNotOpenError} for a plain `Sequelize`
 * @throws {InvalidEmitOptionError} on a database other than PostgreSQL
 */
export function fromSequelize(transaction: SequelizeTransactionLike): HostTransaction {
  const own = (transaction ?? {}) as SequelizeTransactionLike & Internals;
  const isTransaction = hasMethods(own, 'afterCommit', 'rollback') && hasMethods(own.sequelize, 'query');
  assertTransaction('Sequelize', isTransaction, 'the transaction that sequelize.transaction() gives');
  // On SQLite, Sequelize uses the package sqlite3, which contains its own copy of SQLite. Two copies of SQLite in one
  // process do not see each other's locks, so concurrent writes are lost.
  const dialect = own.sequelize.getDialect();
  if (dialect !== 'postgres')
    throw new InvalidEmitOptionError(
      'transaction',
      `is a Sequelize transaction on ${dialect}, but Sequelize is supported on PostgreSQL only: use better-sqlite3, Knex, Kysely or Drizzle.`,
    );
  return {
    kind: 'Sequelize',
    subject: own,
    isOpen: () => chainOf(own).every(({ finished }) => finished === undefined),
    run: async (sql, parameters) => {
      const options = { transaction: own, bind: [...parameters], type: 'SELECT', raw: true };
      return { rows: (await own.sequelize.query(sql, options)) as HostRow[] };
    },
    // A savepoint reports its own commit, so the callback is registered with the outermost transaction.
    afterCommit: (callback) => void chainOf(own).at(-1)!.afterCommit(callback),
  };
}

type Chained = SequelizeTransactionLike & Internals;

/** The transaction and its outer transactions, the outermost last. */
const chainOf = (transaction: Chained): Chained[] => [
  transaction,
  ...(transaction.parent ? chainOf(transaction.parent) : []),
];
