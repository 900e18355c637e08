/** A `bigint[]`/`int[]` parameter. Joined by hand: the driver's own serializer looks at each element. */
export const numbers = (values: readonly (number | null)[]): string =>
  `{${values.map((value) => value ?? 'NULL').join(',')}}`;

/** An array of numbers as PostgreSQL writes it, without nulls; null: none. */
export const numbersOf = (text: string | null): number[] =>
  text === null ? [] : (JSON.parse(`[${text.slice(1, -1)}]`) as number[]);

/** This statement's start in ms since the epoch: stable, so that an index can be searched with it. */
export const STATEMENT_MS = `(date_part('epoch', statement_timestamp()) * 1000)::bigint`;

/** A text as a literal of a statement, for names that cannot be parameters. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
