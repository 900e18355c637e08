import type { HostTransaction } from '../../persistence/ports/host-transaction.js';
import { assertTransaction, hasMethods, rowsIn, whileOpen } from './adapter.js';

/** The part of a Kysely `Transaction` that the adapter uses. */
export interface KyselyTransactionLike {
  readonly isTransaction: boolean;
  executeQuery(query: never): Promise<{ rows: unknown[] }>;
}

/** Set by Kysely for controlled transactions. */
interface Controlled {
  readonly isCommitted?: boolean;
  readonly isRolledBack?: boolean;
}

/**
 * Recognizes the error of Kysely 0.28 and later. Earlier releases run the statement outside the ended transaction. The
 * module detects that on PostgreSQL only (see `PostgresHostInsert`).
 */
const isEnded = ({ message }: { message?: unknown }): boolean =>
  /^Transaction is already (committed|rolled back)/.test(String(message));

let queries = 0;

/** The same object that `CompiledQuery.raw()` of Kysely creates. */
const compiled = (sql: string, parameters: readonly unknown[]): object => ({
  sql,
  parameters,
  query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
  queryId: { queryId: `tillhook-${(queries += 1)}` },
});

/**
 * A transaction of Kysely, controlled or not.
 *
 * @param trx the argument of the callback of `db.transaction().execute()`, or the result of
 *   `db.startTransaction().execute()`
 * @throws {TransactionNotOpenError} for a plain `Kysely`
 */
export function fromKysely(trx: KyselyTransactionLike): HostTransaction {
  const isTransaction = hasMethods(trx, 'executeQuery') && trx.isTransaction === true;
  assertTransaction('Kysely', isTransaction, 'the trx that db.transaction().execute() hands over');
  const { isCommitted } = trx as Controlled;
  return {
    kind: 'Kysely',
    subject: trx,
    isOpen: () => {
      if (isCommitted === undefined) return undefined;
      const controlled = trx as Controlled;
      return !controlled.isCommitted && !controlled.isRolledBack;
    },
    run: async (sql, parameters) => {
      const run = () => trx.executeQuery(compiled(sql, parameters) as never);
      return { rows: rowsIn(await whileOpen('Kysely', run, isEnded)) };
    },
  };
}
