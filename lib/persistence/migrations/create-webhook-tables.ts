import { randomBytes } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { postgresTables } from './create-webhook-tables.postgres.js';
import { sqliteTables } from './create-webhook-tables.sqlite.js';

const TABLES = [
  'webhook_setting',
  'webhook_attempt',
  'webhook_throttle',
  'webhook_queue',
  'webhook_lane',
  'webhook_delivery',
  'webhook_outbox',
  'webhook_event',
  'webhook_webhook',
  'webhook_http_transport',
];

/** The first version of all tables. */
export class CreateWebhookTables1763942400000 implements MigrationInterface {
  name = 'CreateWebhookTables1763942400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const isPostgres = queryRunner.connection.options.type === 'postgres';
    const table = tableNamer(queryRunner);
    for (const statement of isPostgres ? postgresTables(table) : sqliteTables(table)) {
      await queryRunner.query(statement);
    }
    // Signs the cursors of keyset pages: the same for all replicas, and no secret of a tenant.
    await queryRunner.query(
      `INSERT INTO ${table('webhook_setting')} (name, value) VALUES ('cursor_key', '${randomBytes(32).toString('base64')}')`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const table = tableNamer(queryRunner);
    for (const name of TABLES) await queryRunner.query(`DROP TABLE ${table(name)}`);
    if (queryRunner.connection.options.type !== 'postgres') return;
    await queryRunner.query(`DROP FUNCTION ${table('webhook_event_to_outbox')}()`);
  }
}

// `connection` is the name that TypeORM 0.3 and 1.x share.
const tableNamer =
  (queryRunner: QueryRunner) =>
  (name: string): string => {
    const { driver, options } = queryRunner.connection;
    const { schema } = options as { schema?: string };
    return schema === undefined ? driver.escape(name) : `${driver.escape(schema)}.${driver.escape(name)}`;
  };
