import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRestrictedDatabase } from '../../faults/support/restricted-role.js';
import { createDatabase, createMigratedDatabase } from '../../support/databases.js';
import { fileOf } from '../../support/sqlite.js';
import { DATABASE_KINDS } from '../../support/test-database.js';
import { callTillhook } from '../../support/tillhook.js';

/** How a command that must fail has failed. */
async function failureOf(args: readonly string[], url: string, cwd = tmpdir()) {
  const { exitCode, stdout, stderr } = await callTillhook([...args, '--json'], {
    cwd,
    env: { DATABASE_URL: url },
  });
  expect([exitCode, stdout]).toEqual([1, '']);
  return (JSON.parse(stderr) as { error: { code: string; message: string } }).error;
}

describe('A command whose database', () => {
  it('does not respond names the address without its password, and what to check', async () => {
    const { code, message } = await failureOf(['status'], 'postgres://till:very-secret@127.0.0.1:1/shop');
    expect(code).toBe('DATABASE_UNAVAILABLE');
    expect(message).toMatch(
      /^The database .*127\.0\.0\.1:1.* cannot be opened \(.*ECONNREFUSED.*\)\. Check that it runs, and that .* in --database, the configuration file or the environment are right\.$/,
    );
    expect(message).not.toContain('very-secret');
  });

  it.each(DATABASE_KINDS)('on %s lacks the tables says which command creates them', async (kind) => {
    const database = await createDatabase(kind);
    try {
      if (kind === 'sqlite') await writeFile(fileOf(database), '');
      const { code, message } = await failureOf(['transports', '--tenant', 'shop'], database.url);
      expect([code, message]).toEqual([
        'SCHEMA_BEHIND',
        expect.stringMatching(/^The webhook tables lack 1 migration\(s\): .*\. Run `tillhook migrate`\.$/),
      ]);
    } finally {
      await database.drop();
    }
  });

  describe('is a SQLite file that does not exist', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'tillhook-files-'));
    });
    afterAll(() => rm(folder, { recursive: true }));

    it('says so and creates no file, also not for a dry run of the migrations', async () => {
      const { code, message } = await failureOf(['status'], 'sqlite:./absent.db', folder);
      expect([code, message]).toEqual([
        'DATABASE_UNAVAILABLE',
        expect.stringContaining(`SQLite file ./absent.db not found in ${folder}.`),
      ]);
      const { exitCode, stdout } = await callTillhook(['migrate', '--dry-run'], {
        cwd: folder,
        env: { DATABASE_URL: 'sqlite:./absent.db' },
      });
      expect([exitCode, stdout]).toEqual([
        0,
        expect.stringMatching(/^Would run:\n {2}CreateWebhookTables\d+\n$/),
      ]);
      expect(existsSync(path.join(folder, 'absent.db'))).toBe(false);
    });
  });

  it('lacks the schema that was given says so', async () => {
    const database = await createMigratedDatabase('postgres');
    try {
      const { code, message } = await failureOf(['status', '--schema', 'hooks'], database.url);
      expect([code, message]).toEqual(['INVALID_OPTION', expect.stringContaining('hooks')]);
    } finally {
      await database.drop();
    }
  });

  it('denies its role a privilege says for which table, and where the privileges are listed', async () => {
    const { database, owner, role } = await createRestrictedDatabase();
    try {
      for (const [args, revoke] of [
        [['status'], 'ALL ON webhook_setting'],
        [['purge-tenant', '--tenant', 'shop', '--yes'], 'DELETE ON webhook_tenant'],
      ] as const) {
        await owner.query(`REVOKE ${revoke} FROM ${role}`);
        const { code, message } = await failureOf(args, database.url);
        expect([code, message]).toEqual([
          'PERMISSION_DENIED',
          expect.stringMatching(
            /permission denied for table webhook_\w+.*"Privileges" in docs\/databases\.md/,
          ),
        ]);
        await owner.query(`GRANT ${revoke} TO ${role}`);
      }
    } finally {
      await database.drop();
    }
  });
});
