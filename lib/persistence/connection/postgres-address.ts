import { InvalidOptionError } from '../../errors/start-up.errors.js';

/** PostgreSQL truncates longer names, and would then create tables in another schema than the statements name. */
const MOST_BYTES = 63;
/**
 * The names that PostgreSQL allows, except those with characters that TypeORM does not escape (`"`) or treats as a
 * separator (`.`), and control characters, which would break the comments of a printed script.
 */
const SCHEMA = /^[^".\p{Cc}]+$/u;

/** What the name of a schema may be, for messages. */
export const SCHEMA_RULE = `1 to ${MOST_BYTES} bytes without quotation marks, full stops and control characters`;

/** Whether a text is the name of a schema that the module can work in. */
export const isSchemaName = (name: unknown): name is string =>
  typeof name === 'string' && SCHEMA.test(name) && Buffer.byteLength(name) <= MOST_BYTES;

/** @throws {InvalidOptionError} naming `database.schema`, unless it is the name of a schema */
export function checkSchemaName(schema: unknown): string {
  if (isSchemaName(schema)) return schema;
  throw new InvalidOptionError('database.schema', schema, `set the name of a schema, ${SCHEMA_RULE}.`);
}

/**
 * The schema of the tables: the option `database.schema`, or the parameter `schema` of the address, as Prisma writes it.
 *
 * @returns undefined if neither names one: then the search path of the role decides
 * @throws {InvalidOptionError} if the two, or several parameters, name different schemas, or if the parameter is not a
 *   valid name
 */
export function schemaOf(url: string, option: string | undefined): string | undefined {
  const parameters = new URL(url).searchParams.getAll('schema').map(checkSchemaName);
  const [schema, another] = new Set([...(option === undefined ? [] : [option]), ...parameters]);
  if (another === undefined) return schema;
  throw new InvalidOptionError(
    'database.schema',
    schema,
    `the parameter "schema" of database.url says "${another}". Keep one of them.`,
  );
}
