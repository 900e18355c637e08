import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { DatabaseKind } from '../ports/database.js';
import { literal } from '../postgres/sql.js';
import { databaseKindOf } from '../sql/dialect.js';
import { postgresTables } from './create-webhook-tables.postgres.js';
import { sqliteTables } from './create-webhook-tables.sqlite.js';

/** Every table of the module except the list of migrations, in an order in which they can be dropped. */
export const TABLES = [
  'webhook_portal_link',
  'webhook_setting',
  'webhook_statistic',
  'webhook_statistic_fact',
  'webhook_queue_depth',
  'webhook_recovery_item',
  'webhook_recovery',
  'webhook_attempt',
  'webhook_audit',
  'webhook_throttle',
  'webhook_queue',
  'webhook_lane',
  'webhook_delivery',
  'webhook_outbox',
  'webhook_event',
  'webhook_tombstone',
  'webhook_webhook',
  'webhook_http_transport',
  'webhook_tenant',
];

/**
 * Tables with ids that processes keep in memory, and the column of these ids. If the tables are dropped and created again, a
 * process may still run. If ids then started over, it would use the bodies and settings of old rows for new ones.
 */
const NUMBERED = {
  webhook_event: 'id',
  webhook_http_transport: 'id',
  webhook_queue: 'delivery_id',
  webhook_recovery: 'id',
};
/** The setting that holds the id of the last delivery, on SQLite. */
export const LAST_DELIVERY_ID = 'last_delivery_id';
const NUMBERS_BEGAN_AT = Date.UTC(2025, 0, 1);

/**
 * The database generates the first ids, and the key that signs cursors, when it runs the statements. The statements are
 * therefore the same each time. A saved script contains no secret and no outdated id, and can run on several databases.
 */
const POSTGRES_FIRST_NUMBER = `(date_part('epoch', clock_timestamp()) * 1000)::bigint * 1000 - ${NUMBERS_BEGAN_AT * 1_000}`;
// `julianday`, because `unixepoch('subsec')` would require SQLite 3.42 in the client that runs a printed script.
const SQLITE_FIRST_NUMBER = `CAST((julianday('now') - julianday(${NUMBERS_BEGAN_AT / 1_000}, 'unixepoch')) * 86400000 AS INTEGER) * 1000`;
/** Random keys in base64. PostgreSQL: 244 random bits of two UUIDs. SQLite: 256 random bits in hexadecimal digits, which are valid base64. */
const POSTGRES_KEY = `encode(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'base64')`;
const SQLITE_KEY = `lower(hex(randomblob(32)))`;

type TableNamer = (name: string) => string;

/** The statements in which the databases differ. */
interface TableScript {
  readonly create: (table: TableNamer, queryRunner: QueryRunner) => string[] | Promise<string[]>;
  /** Makes the ids of a table begin with the first id, see `firstNumber`. */
  readonly startNumbers: (table: TableNamer, name: string, column: string) => string;
  /** Expression for a new random key, as base64. */
  readonly newKey: string;
  /** Drops objects that remain after the tables were dropped. */
  readonly dropRest: (table: TableNamer) => string[];
}

const SCRIPTS: Readonly<Record<DatabaseKind, TableScript>> = {
  postgres: {
    create: async (table, queryRunner) => postgresTables(table, await qualifiedNamer(queryRunner)),
    startNumbers: (table, name, column) =>
      `SELECT setval(pg_get_serial_sequence(${literal(table(name))}, '${column}'), ${POSTGRES_FIRST_NUMBER}, false)`,
    newKey: POSTGRES_KEY,
    dropRest: (table) => [`DROP FUNCTION ${table('webhook_event_to_outbox')}()`],
  },
  sqlite: {
    create: sqliteTables,
    // AUTOINCREMENT numbers the rows of a table. The queue does not use it, because deliveries are numbered across two tables.
    startNumbers: (table, name) =>
      name === 'webhook_queue'
        ? `INSERT INTO ${table('webhook_setting')} (name, value) VALUES ('${LAST_DELIVERY_ID}', CAST(${SQLITE_FIRST_NUMBER} AS TEXT))`
        : `INSERT INTO sqlite_sequence (name, seq) VALUES ('${name}', ${SQLITE_FIRST_NUMBER})`,
    newKey: SQLITE_KEY,
    dropRest: () => [],
  },
};

/** The first version of all tables. */
export class CreateWebhookTables1763942400000 implements MigrationInterface {
  name = 'CreateWebhookTables1763942400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const script = scriptFor(queryRunner);
    const table = tableNamer(queryRunner);
    for (const statement of await script.create(table, queryRunner)) await queryRunner.query(statement);
    for (const [name, column] of Object.entries(NUMBERED))
      await queryRunner.query(script.startNumbers(table, name, column));
    // This key signs the cursors of keyset pages. It is the same for all processes, and is not a secret of any tenant.
    await queryRunner.query(
      `INSERT INTO ${table('webhook_setting')} (name, value) VALUES ('cursor_key', ${script.newKey})`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const table = tableNamer(queryRunner);
    for (const name of TABLES) await queryRunner.query(`DROP TABLE ${table(name)}`);
    for (const statement of scriptFor(queryRunner).dropRest(table)) await queryRunner.query(statement);
  }
}

/**
 * The first id: the time since the beginning of 2025, in µs. Tables that are created later therefore begin above all earlier
 * ids, because no database emits a million events a second for long.
 */
export const firstNumber = (): number => (Date.now() - NUMBERS_BEGAN_AT) * 1_000;

/**
 * On PostgreSQL: qualifies names with the schema of the data source or, if it has none, with the schema in which an unqualified
 * CREATE places objects.
 */
async function qualifiedNamer(queryRunner: QueryRunner): Promise<TableNamer> {
  const { driver, options } = queryRunner.connection;
  const schema = (options as { schema?: string }).schema ?? (await currentSchema(queryRunner));
  return (name) => `${driver.escape(schema)}.${driver.escape(name)}`;
}

/**
 * The schema in which an unqualified CREATE places objects. If there is none, the returned name does not matter: the statements
 * that create the tables fail with a message about it.
 */
async function currentSchema(queryRunner: QueryRunner): Promise<string> {
  const rows = (await queryRunner.query('SELECT current_schema() AS schema')) as { schema: string | null }[];
  return rows[0]?.schema ?? 'public';
}

// TypeORM 0.3 and TypeORM 1.x both have the property `connection`.
const scriptFor = ({ connection }: QueryRunner): TableScript =>
  SCRIPTS[databaseKindOf(connection.options.type)];

const tableNamer =
  (queryRunner: QueryRunner): TableNamer =>
  (name) => {
    const { driver, options } = queryRunner.connection;
    const { schema } = options as { schema?: string };
    return schema === undefined ? driver.escape(name) : `${driver.escape(schema)}.${driver.escape(name)}`;
  };
