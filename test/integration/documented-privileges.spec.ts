import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runWebhookMigrations, SchemaBehindError } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { codeBlocksOf, readPage } from '../support/markdown.js';
import { Receiver } from '../support/receiver.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

const ROLE = `tillhook_app_${randomBytes(4).toString('hex')}`;
const PASSWORD = randomBytes(8).toString('hex');

/** docs/databases.md says what the application's role needs when another one runs the migrations. */
describe('A role with the documented privileges', () => {
  let database: TestDatabase;
  let asApp: TestDatabase;
  let owner: DataSource;
  let receiver: Receiver;
  let host: TestHost | undefined;
  const start = () => TestHost.start({ database: asApp, webhooks: { runMigrations: false } });

  beforeAll(async () => {
    database = await createDatabase('postgres');
    owner = await new DataSource(database.options).initialize();
    await owner.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD '${PASSWORD}'`);
    await owner.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    const url = Object.assign(new URL(database.url), { username: ROLE, password: PASSWORD }).href;
    asApp = { ...database, url, options: { type: 'postgres', url } };
    receiver = await Receiver.start();
  });

  afterAll(async () => {
    await host?.close();
    await receiver.close();
    await owner.query(`DROP OWNED BY ${ROLE}`);
    await owner.query(`DROP ROLE ${ROLE}`);
    await owner.destroy();
    await database.drop();
  });

  it('cannot start before the migrations were run', async () => {
    await expect(start()).rejects.toThrow(SchemaBehindError);
  });

  it('cannot start while it may not see what was run', async () => {
    await runWebhookMigrations(owner);
    await expect(start()).rejects.toThrow(SchemaBehindError);
  });

  it('can do everything with them', async () => {
    const { code } = codeBlocksOf(readPage('docs/databases.md')).find(({ language }) => language === 'sql')!;
    await owner.query(code.replaceAll(/\bTO app\b/g, `TO ${ROLE}`));
    host = await start();
    const api = host.api('7');
    await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: receiver.url });
    await api.post('/httptransports/erp/webhooks', { action: '*', ordered: true });
    await host.dataSource.transaction((manager) =>
      host!.emitter.emit('TILL_OPEN', { till: { Uid: '30' } }, { tenantUid: '7', manager }),
    );
    await eventually(async () => {
      const { body } = await api.get<{ items: { status: string }[] }>('/deliveries');
      return body.items[0]?.status === 'DELIVERED';
    });
    const statuses = [
      await api.post('/httptransports/erp/test', {}),
      await api.post('/httptransports/erp/pause', {}),
      await api.post('/httptransports/erp/rotatesecret', {}),
      await api.delete('/httptransports/erp'),
    ].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 200, 204]);
  });
});
