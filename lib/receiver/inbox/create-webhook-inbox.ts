import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createInboxSql, inboxTable } from './inbox-table.js';

/** Creates the table of the inbox. Add it to the `migrations` of your data source. It needs no other table of the package. */
export class CreateWebhookInbox1764115200000 implements MigrationInterface {
  name = 'CreateWebhookInbox1764115200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // TypeORM 0.3 and 1.x both have the name `connection`.
    for (const statement of createInboxSql(inboxTable(queryRunner.connection)))
      await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE ${inboxTable(queryRunner.connection)}`);
  }
}
