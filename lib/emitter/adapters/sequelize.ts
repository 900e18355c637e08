import type { HostRow, HostTransaction } from '../../persistence/host-transaction.js';
import { assertTransaction, hasMethods } from './adapter.js';

/** A `Transaction` of Sequelize 6. */
export interface SequelizeTransactionLike {
  afterCommit(callback: () => void): unknown;
  rollback(): Promise<void>;
}

/** Members of a `Transaction` that Sequelize's types leave out. */
interface Internals {
  readonly sequelize: { query(sql: string, options: object): Promise<unknown> };
  readonly finished?: string;
  /** Nested transactions are savepoints of their parent. */
  readonly parent?: SequelizeTransactionLike & Internals;
}

/**
 * A transaction of Sequelize 6.
 *
 * @param transaction what `sequelize.transaction()` gives, or a nested one of it
 * @throws {TransactionNotOpenError} for a plain `Sequelize`
 */
export function fromSequelize(transaction: SequelizeTransactionLike): HostTransaction {
  const own = (transaction ?? {}) as SequelizeTransactionLike & Internals;
  const isTransaction = hasMethods(own, 'afterCommit', 'rollback') && hasMethods(own.sequelize, 'query');
  assertTransaction('Sequelize', isTransaction, 'the transaction that sequelize.transaction() gives');
  return {
    kind: 'Sequelize',
    subject: own,
    isOpen: () => chainOf(own).every(({ finished }) => finished === undefined),
    run: async (sql, parameters) => {
      const options = { transaction: own, bind: [...parameters], type: 'SELECT', raw: true };
      return { rows: (await own.sequelize.query(numbered(sql), options)) as HostRow[] };
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

/** Sequelize binds `$1`, `$2`, … on every database. */
function numbered(sql: string): string {
  let number = 0;
  return sql.replaceAll('?', () => `$${(number += 1)}`);
}
