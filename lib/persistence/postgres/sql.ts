/** A `bigint[]`/`int[]` parameter. It is joined here because the driver's serializer inspects each element. */
export const numbers = (values: readonly (number | null)[]): string =>
  `{${values.map((value) => value ?? 'NULL').join(',')}}`;

/** Parses an array of numbers in PostgreSQL's text format, without nulls; null: an empty array. */
export const numbersOf = (text: string | null): number[] =>
  text === null ? [] : (JSON.parse(`[${text.slice(1, -1)}]`) as number[]);

/** This statement's start in ms since the epoch. It is a stable expression, so an index can be searched with it. */
export const STATEMENT_MS = `(date_part('epoch', statement_timestamp()) * 1000)::bigint`;

/** A text as a literal in a statement, for names that cannot be parameters. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
