import type { ColumnOptions } from 'typeorm';

/**
 * 64-bit integers: ids, and instants in milliseconds since the epoch on the database's clock. A driver may return bigint
 * as a string. Every value here stays below 2^53.
 */
export const bigintColumn = (options: {
  name: string;
  nullable?: boolean;
  primary?: boolean;
}): ColumnOptions => ({
  ...options,
  type: 'bigint',
  transformer: {
    from: (value: string | number | null) => (value === null ? null : Number(value)),
    to: (value: unknown) => value,
  },
});

/** JSON stored as text on every database, so that it is read back byte for byte. */
export const jsonColumn = (options: { name: string; nullable?: boolean }): ColumnOptions => ({
  ...options,
  type: 'text',
  transformer: {
    from: (value: string | null) => (value === null ? null : (JSON.parse(value) as unknown)),
    to: (value: unknown) => (value === null || value === undefined ? value : JSON.stringify(value)),
  },
});
