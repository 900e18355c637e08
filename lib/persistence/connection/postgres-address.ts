import { InvalidOptionError } from '../../errors/start-up.errors.js';

/** PostgreSQL truncates longer names, and would then create tables in another schema than the statements name. */
const MOST_BYTES = 63;

/** @throws {InvalidOptionError} naming `database.schema`, unless it is the name of a schema */
export function checkSchemaName(schema: unknown): string {
  const isName = typeof schema === 'string' && schema !== '' && !schema.includes('\0');
  if (isName && Buffer.byteLength(schema) <= MOST_BYTES) return schema;
  throw new InvalidOptionError(
    'database.schema',
    schema,
    `set the name of a schema, 1 to ${MOST_BYTES} bytes.`,
  );
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
