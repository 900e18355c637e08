import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runWebhookMigrations } from 'nestjs-tillhook';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { LogCapture } from '../support/log-capture.js';
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
  const start = ({ runMigrations = false, schema }: { runMigrations?: boolean; schema?: string } = {}) => {
    const options = { ...asApp.options, schema } as DataSourceOptions;
    return TestHost.start({
      database: { ...asApp, options },
      webhooks: { runMigrations },
      logger: new LogCapture(),
    });
  };
  /** Expects the start to fail. @returns the statements that the error says to run */
  const adviceOf = async (starting: Promise<unknown>): Promise<string> => {
    const error = (await starting.catch((thrown: unknown) => thrown)) as { code: string; message: string };
    expect(error).toMatchObject({
      code: 'SCHEMA_BEHIND',
      message: expect.stringMatching(`The role "${ROLE}" may not read .*"webhook_migration".* it is unknown`),
    });
    expect(error.message).not.toMatch(/lack|runWebhookMigrations/);
    return /run: (.*;) /.exec(error.message)![1]!;
  };

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
    await expect(start()).rejects.toMatchObject({
      code: 'SCHEMA_BEHIND',
      message: expect.stringMatching(/lack .*runWebhookMigrations/),
    });
  });

  it('cannot start while it may not see which migrations were run: the message names this cause, and does not ask to run them again', async () => {
    await runWebhookMigrations(owner);
    const grant = `GRANT SELECT ON "public"."webhook_migration" TO "${ROLE}";`;
    expect(await adviceOf(start())).toBe(grant);
    expect(await adviceOf(start({ runMigrations: true }))).toBe(grant);
    await owner.query(`GRANT INSERT, UPDATE ON webhook_migration TO ${ROLE}`);
    expect(await adviceOf(start())).toBe(grant);
    await owner.query(grant);
    // The other tables are still to be granted.
    await expect(start()).rejects.toThrow(/permission denied for table webhook_(?!migration)/);
  });

  it('gets the missing GRANT statements in the error, for a schema without USAGE', async () => {
    await owner.query('CREATE SCHEMA "Till Hooks"');
    const inSchema = { ...database.options, schema: 'Till Hooks' } as DataSourceOptions;
    const ofSchema = await new DataSource(inSchema).initialize();
    await runWebhookMigrations(ofSchema);
    await ofSchema.destroy();
    const grants = await adviceOf(start({ schema: 'Till Hooks' }));
    expect(grants).toBe(
      `GRANT USAGE ON SCHEMA "Till Hooks" TO "${ROLE}"; GRANT SELECT ON "Till Hooks"."webhook_migration" TO "${ROLE}";`,
    );
    await owner.query(grants);
    await expect(start({ schema: 'Till Hooks' })).rejects.toThrow(/permission denied for table/);
  });

  it('can emit, deliver and administer with them', async () => {
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
