import { Table, type TableColumnOptions, TableUnique } from 'typeorm';

/** Column shapes that mean the same on SQLite and on PostgreSQL. */
export const text = (name: string, length = 64): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: String(length),
});
export const integer = (name: string): TableColumnOptions => ({ name, type: 'integer' });
export const optional = (column: TableColumnOptions): TableColumnOptions => ({ ...column, isNullable: true });
export const key = (column: TableColumnOptions): TableColumnOptions => ({ ...column, isPrimary: true });

export const generatedId: TableColumnOptions = {
  ...key(integer('id')),
  isGenerated: true,
  generationStrategy: 'increment',
};

/** A table with the given columns; each of `uniques` is a set of columns whose values no two rows share. */
export const table = (name: string, columns: TableColumnOptions[], uniques: string[][] = []): Table =>
  new Table({ name, columns, uniques: uniques.map((columnNames) => new TableUnique({ columnNames })) });

/** A table of a `TenantEntity`. */
export const tenantTable = (name: string, columns: TableColumnOptions[], uniques: string[][] = []): Table =>
  table(name, [generatedId, text('tenantUid'), text('uid'), ...columns], [['tenantUid', 'uid'], ...uniques]);
