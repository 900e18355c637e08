import { InvalidEmitOptionError } from '../../errors/invalid-emit-option.error.js';
import type { HostRow, HostTransaction } from '../../persistence/host-transaction.js';
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
  /** Nested transactions are savepoints of their parent. */
  readonly parent?: SequelizeTransactionLike & Internals;
}

/**
 * A transaction of Sequelize 6 on PostgreSQL. On SQLite the adapter is refused: rows that a statement wrote and returned were
 * found missing after the commit of Sequelize.
 *
 * @param transaction what `sequelize.transaction()` gives, or a nested one of it
 * @throws {TransactionNotOpenError} for a plain `Sequelize`
 * @throws {InvalidEmitOptionError} on another database than PostgreSQL
 */
export function fromSequelize(transaction: SequelizeTransactionLike): HostTransaction {
  const own = (transaction ?? {}) as SequelizeTransactionLike & Internals;
  const isTransaction = hasMethods(own, 'afterCommit', 'rollback') && hasMethods(own.sequelize, 'query');
  assertTransaction('Sequelize', isTransaction, 'the transaction that sequelize.transaction() gives');
  // On SQLite it uses the package sqlite3, which brings a SQLite of its own. Two copies of SQLite in one process do not see each
  // other's locks, so what both write at one time is lost.
  const dialect = own.sequelize.getDialect();
  if (dialect !== 'postgres')
    throw new InvalidEmitOptionError(
      'transaction',
      `is one of Sequelize on ${dialect}, and Sequelize is supported on PostgreSQL only: use better-sqlite3, Knex, Kysely or Drizzle.`,
    );
  return {
    kind: 'Sequelize',
    subject: own,
    isOpen: () => chainOf(own).every(({ finished }) => finished === undefined),
    run: async (sql, parameters) => {
      const options = { transaction: own, bind: [...parameters], type: 'SELECT', raw: true };
      return { rows: (await own.sequelize.query(sql, options)) as HostRow[] };
    },
    // A savepoint reports a commit of its own.
    afterCommit: (callback) => void chainOf(own).at(-1)!.afterCommit(callback),
  };
}

type Chained = SequelizeTransactionLike & Internals;

/** The transaction and those around it, the outermost last. */
const chainOf = (transaction: Chained): Chained[] => [
  transaction,
  ...(transaction.parent ? chainOf(transaction.parent) : []),
];
