import type { DatabaseKind } from '../ports/database.js';

/** The words in which databases differ where their statements are otherwise the same. */
export interface Dialect {
  /** Placeholder of the parameter at a position, counted from 1. */
  readonly placeholder: (position: number) => string;
  /** `?` for an instant inside an expression, with a cast if the database would otherwise have to guess its type. */
  readonly instant: string;
  /** Name of the function that returns the smallest of its arguments. */
  readonly least: string;
  /** Name of the function that returns the largest of its arguments. */
  readonly greatest: string;
  /** Clause that locks the selected rows; undefined: the database has one writer at a time, which needs no row locks. */
  readonly lockRows: string | undefined;
}

/** One dialect for each kind of database: a new kind does not compile without its own. */
export const DIALECTS: Readonly<Record<DatabaseKind, Dialect>> = {
  postgres: {
    placeholder: (position) => `$${position}`,
    instant: '?::bigint',
    least: 'least',
    greatest: 'greatest',
    lockRows: 'FOR UPDATE',
  },
  sqlite: {
    placeholder: () => '?',
    instant: '?',
    least: 'min',
    greatest: 'max',
    lockRows: undefined,
  },
};
