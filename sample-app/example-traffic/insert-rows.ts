import type { EntityManager } from 'typeorm';
import type { Row } from './history-rows.js';

/** Rows of one statement: far below the limit of both databases for parameters. */
const ROWS_AT_ONCE = 200;

/**
 * Inserts rows into a table that has no entity.
 *
 * @param rows all with the same columns
 */
export async function insertRows(manager: EntityManager, table: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const isPostgres = manager.dataSource.options.type === 'postgres';
  const placeholder = (position: number): string => (isPostgres ? `$${position + 1}` : '?');
  for (let first = 0; first < rows.length; first += ROWS_AT_ONCE) {
    const part = rows.slice(first, first + ROWS_AT_ONCE);
    const values = part.map(
      (_row, index) =>
        `(${columns.map((_, column) => placeholder(index * columns.length + column)).join(', ')})`,
    );
    await manager.query(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${values.join(', ')}`,
      part.flatMap((row) => columns.map((column) => row[column] ?? null)),
    );
  }
}
