import { literal } from '../postgres/sql.js';

const PLACEHOLDER = /\$(\d+)|\?/g;

/**
 * Writes the parameters of a statement into its text, for a script. A statement with parameters must contain `$1` and `?` only
 * as placeholders, not inside a literal. That holds for the INSERT with which TypeORM adds a row to its list of migrations.
 *
 * @param parameters numbers and strings
 * @throws {Error} for other types, and if the number of placeholders differs from the number of parameters
 */
export function inlineParameters(sql: string, parameters: readonly unknown[] = []): string {
  if (parameters.length === 0) return sql;
  let count = 0;
  const text = sql.replace(PLACEHOLDER, (_, number: string | undefined) => {
    count += 1;
    return literalOf(parameters[(number === undefined ? count : Number(number)) - 1]);
  });
  if (count === parameters.length) return text;
  throw new Error(`${parameters.length} parameters for ${count} placeholders: ${sql}`);
}

function literalOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return literal(value);
  throw new Error(`A parameter of type ${typeof value} cannot be written as a literal.`);
}
