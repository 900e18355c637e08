import { randomInt } from 'node:crypto';
import type BetterSqlite3 from 'better-sqlite3';

/** Far above the memory of any machine, so a heap limit of this size or more has no effect. */
const NO_LIMIT = 2 ** 50;
const NONE = '0';

/**
 * Returns the mark, which distinguishes copies of the SQLite library in one process. SQLite keeps its soft heap limit in a
 * variable of the library, which all of its connections share, in all threads, and which another copy does not see. A limit
 * that `markCopy` has set on one connection is therefore read on another one if and only if both belong to the same copy.
 *
 * The statement takes no lock and no snapshot, unlike a SELECT from `pragma_soft_heap_limit`.
 */
export const READ_MARK = 'PRAGMA soft_heap_limit';

/**
 * The mark in a row that `READ_MARK` returns, its only value. The name of the column may be another one, since plugins of some
 * libraries rename `soft_heap_limit` to `softHeapLimit`. The result is a text, since some libraries read large integers as
 * `BigInt`.
 */
export const markIn = (row: Readonly<Record<string, unknown>>): string => String(Object.values(row)[0]);

/** The part of a connection of better-sqlite3 that is used here. */
type Handle = Pick<BetterSqlite3.Database, 'pragma' | 'prepare'>;

/** The mark of the copy that a connection belongs to; `0`: it has no mark. */
export const markOf = (handle: Pick<Handle, 'prepare'>): string =>
  markIn(handle.prepare(READ_MARK).get() as Record<string, unknown>);

/**
 * Marks the copy of SQLite that a connection belongs to. A mark that the copy already has, or a heap limit of the host, is
 * kept.
 */
export function markCopy(handle: Handle): void {
  if (markOf(handle) === NONE) handle.pragma(`soft_heap_limit = ${NO_LIMIT + randomInt(1, 2 ** 40)}`);
}
