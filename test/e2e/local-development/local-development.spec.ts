import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { codeBlocksOf, fileOf, readPage } from '../../support/markdown.js';
import { TenantClient } from '../../support/tenant-client.js';
import { DATABASE_KINDS, type TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';
import { localOptions } from './local.js';
import { resetWebhooks } from './reset.js';

const FOLDER = 'test/e2e/local-development';
const blocks = codeBlocksOf(readPage('docs/local-development.md')).filter(
  ({ code }) => fileOf(code) !== undefined,
);

describe('the page about local development', () => {
  it.each(blocks.map(({ code }) => [fileOf(code)!, code]))('shows the code of %s', (file, code) => {
    expect(code).toBe(readFileSync(`${FOLDER}/${file}`, 'utf8'));
  });

  describe.each(DATABASE_KINDS)('on %s', (kind) => {
    let database: TestDatabase;
    let host: TestHost;
    let running: ChildProcess;
    let output = '';

    beforeEach(async () => {
      output = '';
      const env = { ...process.env, NODE_OPTIONS: '', PORT: '0', STATUS: '500' };
      running = spawn(process.execPath, [`${FOLDER}/receiver.mjs`], {
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      running.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
      database = await createDatabase(kind);
      host = await TestHost.start({ database, webhooks: localOptions });
    });
    afterEach(async () => {
      running.kill();
      await once(running, 'exit');
      await host.close();
      await database.drop();
    });

    it('delivers to a receiver on localhost, which prints each attempt; a reset removes all transports', async () => {
      const url = await eventually(() => /Listening on http:\/\/127\.0\.0\.1(:\d+\S*)/.exec(output)?.[1], {
        withinMs: 20_000,
      });
      const tenant = new TenantClient(host);
      await tenant.transport({ url: `http://localhost${url}` });
      await tenant.emit();
      const body = JSON.stringify({
        action: 'ORDER_SETTLED',
        tenant: { Uid: tenant.tenantUid },
        order: { Uid: '700' },
      });
      for (const attempt of [1, 2])
        await eventually(() => output.includes(`ORDER_SETTLED attempt ${attempt} not verified ${body}\n`));

      await host.close();
      const dataSource = await new DataSource(database.options).initialize();
      await resetWebhooks(dataSource);
      await dataSource.destroy();
      host = await TestHost.start({ database, webhooks: localOptions });
      const { body: quotas } = await host.api(tenant.tenantUid).get('/quotas');
      expect(quotas).toMatchObject({ transports: { used: 0 } });
    });
  });
});
