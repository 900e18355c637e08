import { randomInt } from 'node:crypto';
import type BetterSqlite3 from 'better-sqlite3';

/** Far above the memory of any machine, so a limit from here on limits nothing. */
const NO_LIMIT = 2 ** 50;
const NONE = '0';

/**
 * An expression that tells copies of SQLite in one process apart. SQLite keeps its soft heap limit in a variable of the library, which
 * all of its connections share, in all threads, and another copy does not see. So a limit that `markCopy` has set on
 * one connection is read on another one if and only if both belong to one copy.
 *
 * As a text, since some libraries read large integers as `BigInt`.
 */
export const COPY_MARK = '(SELECT CAST(soft_heap_limit AS TEXT) FROM pragma_soft_heap_limit)';

/** The statement that reads the mark, as `mark`. */
export const READ_MARK = `SELECT ${COPY_MARK} AS mark`;

/** The part of a connection of better-sqlite3 that is used here. */
type Handle = Pick<BetterSqlite3.Database, 'pragma' | 'prepare'>;

/** The mark of the copy that a connection belongs to; `0`: it has none. */
export const markOf = (handle: Pick<Handle, 'prepare'>): string =>
  (handle.prepare(READ_MARK).get() as { mark: string }).mark;

/** Marks the copy of SQLite that a connection belongs to. A mark, or a heap limit of the host, that it has already is kept. */
export function markCopy(handle: Handle): void {
  if (markOf(handle) === NONE) handle.pragma(`soft_heap_limit = ${NO_LIMIT + randomInt(1, 2 ** 40)}`);
}
