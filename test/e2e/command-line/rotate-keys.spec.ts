import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMigratedDatabase } from '../../support/databases.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';
import { callTillhook, type CallOptions, type TillhookResult } from '../../support/tillhook.js';

const OLD = { id: 'k1', key: randomBytes(32) };
const NEW = { id: 'k2', key: randomBytes(32) };

/** The module of a configuration file for this database, with these keys. */
const configOf = ({ url }: TestDatabase, ...keys: (typeof OLD)[]): string =>
  `export default { database: { url: '${url}' }, webhooks: { encryption: { keys: [${keys
    .map(({ id, key }) => `{ id: '${id}', key: Buffer.from('${key.toString('base64')}', 'base64') }`)
    .join(', ')}] } } };\n`;

describe('The command that rotates encryption keys', () => {
  let database: TestDatabase;
  let host: TestHost;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tillhook-keys-'));
    database = await createMigratedDatabase('sqlite');
    host = await TestHost.start({ database, webhooks: { worker: false, encryption: { keys: [OLD] } } });
    for (const httpTransportUid of ['erp', 'web-shop']) {
      const transport = { httpTransportUid, name: 'Shop', url: 'http://127.0.0.1:8080/hooks' };
      const { status } = await host.api('shop').post('/httptransports', transport);
      expect(status).toBe(200);
    }
    await host.dataSource.query(
      `UPDATE webhook_http_transport SET signing_secrets = '[' WHERE http_transport_uid = 'web-shop'`,
    );
    await writeFile(path.join(folder, 'none.mjs'), configOf(database));
    await writeFile(path.join(folder, 'tillhook.config.mjs'), configOf(database, NEW, OLD));
  });
  afterAll(async () => {
    await host?.close();
    await database?.drop();
    await rm(folder, { recursive: true });
  });

  const rotate = (args: readonly string[] = [], options: CallOptions = {}): Promise<TillhookResult> =>
    callTillhook(['rotate-keys', ...args], { cwd: folder, ...options });

  it('refuses a configuration without keys', async () => {
    const { exitCode, stderr } = await rotate(['--config', 'none.mjs']);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^tillhook: Encryption keys missing: /)]);
  });

  it('says on an interrupt that the old keys are still needed', async () => {
    expect(await rotate([], { interrupted: AbortSignal.abort() })).toEqual({
      exitCode: 1,
      stdout: 'Re-encrypted 0 transports.\n',
      stderr: 'tillhook: Interrupted. Keep the old keys, and run the command again to continue.\n',
    });
  });

  it('re-encrypts with the first key, with progress, and names the transports that it cannot read', async () => {
    expect(await rotate([], { isTerminal: true })).toEqual({
      exitCode: 0,
      stdout:
        'Re-encrypted 1 transports.\nUnreadable: transport web-shop of tenant shop. Set its secrets again.\n',
      stderr: expect.stringMatching(/50 % {2}Re-encrypted transports: 1 of 2.*\n$/),
    });
    const { stdout, stderr } = await rotate(['--json']);
    expect([JSON.parse(stdout), stderr]).toEqual([
      { reencrypted: 0, total: 1, unreadable: [{ tenantUid: 'shop', httpTransportUid: 'web-shop' }] },
      '',
    ]);
    const rows = await host.dataSource.query<{ encrypted_with: string }[]>(
      'SELECT encrypted_with FROM webhook_http_transport ORDER BY http_transport_uid',
    );
    expect(rows.map((row) => row.encrypted_with)).toEqual(['k2', 'k1']);
  });
});
