import { TransactionNotOpenError } from '../../errors/emit.errors.js';
import type { HostRow } from '../../persistence/ports/host-transaction.js';

/**
 * Rejects a value that is not a transaction. Adapters check the shape, so that the package depends on none of the
 * libraries.
 *
 * @param kind the library, e.g. `Knex`
 * @param isTransaction whether the value has the shape of one of its transactions
 * @param expected the value to pass, e.g. `the trx that knex.transaction() gives`
 * @throws {TransactionNotOpenError}
 */
export function assertTransaction(kind: string, isTransaction: boolean, expected: string): void {
  if (!isTransaction)
    throw new TransactionNotOpenError(
      kind,
      `a plain client or something else was passed instead of ${expected}.`,
    );
}

/** Whether a value has all the named members, and each is a function. */
export function hasMethods(value: unknown, ...names: string[]): boolean {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}

/**
 * Runs a statement, and converts the library's error for an ended transaction to a `TransactionNotOpenError`.
 *
 * @param isEnded whether an error of the library means that the transaction has ended
 * @throws {TransactionNotOpenError}
 */
export async function whileOpen<T>(
  kind: string,
  run: () => PromiseLike<T>,
  isEnded: (error: { readonly code?: unknown; readonly message?: unknown }) => boolean,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isEnded(error ?? {})) throw error;
    throw new TransactionNotOpenError(kind, undefined, { cause: error });
  }
}

/** The rows of a result. Some drivers of a library return an array, others an object with a member `rows`. */
export function rowsIn(result: unknown): readonly HostRow[] {
  return (Array.isArray(result) ? result : (result as { rows: unknown }).rows) as readonly HostRow[];
}

/** A statement with `?` for libraries without numbered parameters. Each parameter occurs once and in order. */
export const withQuestionMarks = (sql: string): string => sql.replaceAll(/\$\d+/g, '?');
