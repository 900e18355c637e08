import type { HostResult, HostRow, HostTransaction } from '../../persistence/ports/host-transaction.js';
import { assertTransaction, hasMethods, rowsIn } from './adapter.js';

/** A transaction of Drizzle, on PostgreSQL (`execute`) or SQLite (`all`). */
export interface DrizzleTransactionLike {
  rollback(): never;
}

/** The methods of Drizzle that run an SQL object. */
interface Runner {
  execute?(query: object): Promise<unknown>;
  all?(query: object): unknown;
  readonly resultKind?: 'sync' | 'async';
  readonly session?: { readonly client?: { readonly inTransaction?: boolean } };
}

/** The interface that Drizzle's dialects expect of an SQL object: its text and its parameters. */
const query = (sql: string, parameters: readonly unknown[]): object => ({
  getSQL: () => ({ toQuery: () => ({ sql, params: [...parameters] }) }),
});

/**
 * A transaction of Drizzle: PostgreSQL through any of its drivers, or SQLite. On better-sqlite3 its transactions are
 * synchronous: emit with `emitSync`.
 *
 * @param tx the argument of the callback of `db.transaction()`, or a nested transaction of it
 * @throws {TransactionNotOpenError} for a plain `db`
 */
export function fromDrizzle(tx: DrizzleTransactionLike): HostTransaction {
  const { execute, all, resultKind } = (tx ?? {}) as Runner;
  const isTransaction = hasMethods(tx, 'rollback', 'transaction') && (execute ?? all) !== undefined;
  assertTransaction('Drizzle', isTransaction, 'the tx that db.transaction() hands over');
  const kind = 'Drizzle';
  const isOpen = (): boolean | undefined => (tx as Runner).session?.client?.inTransaction;
  if (execute) {
    const run = async (sql: string, parameters: readonly unknown[]): Promise<HostResult> => ({
      rows: rowsIn(await (tx as Runner).execute!(query(sql, parameters))),
    });
    return { kind, subject: tx, isOpen, run };
  }
  const rowsOf = (sql: string, parameters: readonly unknown[]): unknown =>
    (tx as Runner).all!(query(sql, parameters));
  return {
    kind,
    subject: tx,
    isOpen,
    run: async (sql, parameters) => ({ rows: (await rowsOf(sql, parameters)) as HostRow[] }),
    ...(resultKind === 'sync' && {
      runSync: (sql: string, parameters: readonly unknown[]) => ({
        rows: rowsOf(sql, parameters) as HostRow[],
      }),
    }),
  };
}
