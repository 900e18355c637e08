import { afterEach, describe, expect, it } from '@jest/globals';
import { createRestrictedDatabase, type RestrictedDatabase } from '../faults/support/restricted-role.js';
import { TestHost } from '../support/test-host.js';

describe('a role of PostgreSQL that lacks a privilege', () => {
  let restricted: RestrictedDatabase;
  afterEach(() => restricted.database.drop());

  it.each(['webhook_setting', 'webhook_http_transport'])(
    'on %s is named at the start, with the remedy',
    async (table) => {
      restricted = await createRestrictedDatabase();
      const { database, owner, role } = restricted;
      await owner.query(`REVOKE ALL ON ${table} FROM ${role}`);
      const starting = TestHost.start({ database, webhooks: { runMigrations: false } });
      await expect(starting).rejects.toMatchObject({
        code: 'PERMISSION_DENIED',
        message: expect.stringMatching(
          new RegExp(`permission denied for table ${table}.*docs/databases\\.md`),
        ),
      });
    },
  );
});
