import type { HostTransaction } from '../../persistence/ports/host-transaction.js';
import { assertTransaction, hasMethods, rowsIn } from './adapter.js';

/** The part of a `Client` or `PoolClient` of `pg` that the adapter uses. */
export interface PgClientLike {
  query(sql: string, parameters: unknown[]): Promise<{ rows: unknown[] }>;
  /** `pg` 8.17 and later: `T` in a transaction, `E` in a failed one, `I` outside. */
  getTransactionStatus?(): string | null;
}

/**
 * The current transaction of a client of `pg`.
 *
 * @param client a `Client` or `PoolClient` after `BEGIN`, never a `Pool`
 * @throws {TransactionNotOpenError} for a `Pool`, and for any value that is not a client
 */
export function fromPg(client: PgClientLike): HostTransaction {
  // A pool has no `escapeLiteral`. It may run each statement on a different client.
  assertTransaction('pg', hasMethods(client, 'query', 'escapeLiteral'), 'the client on which you ran BEGIN');
  return {
    kind: 'pg',
    subject: client,
    outlivesTransaction: true,
    isOpen: () => {
      const status = client.getTransactionStatus?.() ?? undefined;
      return status === undefined ? undefined : status !== 'I';
    },
    run: async (sql, parameters) => ({ rows: rowsIn(await client.query(sql, [...parameters])) }),
  };
}
