import type { HostTransaction } from '../../persistence/ports/host-transaction.js';
import { assertTransaction, hasMethods, rowsIn, withQuestionMarks } from './adapter.js';

/** The part of a `Knex.Transaction` that the adapter uses. */
export interface KnexTransactionLike {
  readonly isTransaction?: boolean;
  readonly executionPromise: Promise<unknown>;
  isCompleted(): boolean;
  raw(sql: string, bindings: readonly never[]): PromiseLike<unknown>;
}

/** Set by Knex for nested transactions, which are savepoints. */
interface Nested {
  readonly parentTransaction?: KnexTransactionLike;
}

/**
 * A transaction of Knex.
 *
 * @param trx the result or the callback's argument of `knex.transaction()`, or a nested transaction of it
 * @throws {TransactionNotOpenError} for a plain `knex`
 */
export function fromKnex(trx: KnexTransactionLike): HostTransaction {
  const isTransaction = hasMethods(trx, 'raw', 'isCompleted') && trx.isTransaction === true;
  assertTransaction('Knex', isTransaction, 'the trx that knex.transaction() gives');
  return {
    kind: 'Knex',
    subject: trx,
    isOpen: () => !trx.isCompleted(),
    run: async (sql, parameters) => ({
      rows: rowsIn(await trx.raw(withQuestionMarks(sql), parameters as readonly never[])),
    }),
    afterCommit: (callback) => {
      // A rejection means a rollback. Knex reports it to the host itself.
      outermost(trx).executionPromise.then(callback, () => undefined);
    },
  };
}

function outermost(trx: KnexTransactionLike): KnexTransactionLike {
  const { parentTransaction } = trx as Nested;
  return parentTransaction ? outermost(parentTransaction) : trx;
}
