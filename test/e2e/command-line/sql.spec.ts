import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import BetterSqlite3 from 'better-sqlite3';
import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { catalogOf } from '../../support/catalog.js';
import { createDatabase } from '../../support/databases.js';
import { Receiver } from '../../support/receiver.js';
import { TenantClient } from '../../support/tenant-client.js';
import { DATABASE_KINDS, type TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';
import { callTillhook } from '../../support/tillhook.js';

const NEWEST = 'CreateWebhookTables1763942400000';

/** The output of `tillhook sql`. */
async function print(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await callTillhook(['sql', ...args]);
  expect([exitCode, stderr]).toEqual([0, '']);
  return stdout;
}

const scripts = new Map<string, Promise<string>>();
/** The same, printed once for all tests. */
function printed(...args: string[]): Promise<string> {
  const key = args.join(' ');
  if (!scripts.has(key)) scripts.set(key, print(...args));
  return scripts.get(key)!;
}

/** Runs a script in one go, on the driver alone, as an administrator would with a client. */
async function run(database: TestDatabase, script: string): Promise<void> {
  if (database.kind === 'sqlite') {
    const file = new BetterSqlite3(database.url.slice('sqlite:'.length));
    try {
      file.exec(script);
    } finally {
      file.close();
    }
    return;
  }
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(script);
  } finally {
    await client.end();
  }
}

/** Starts a host that runs no migrations, and delivers one event. */
async function deliverOnce(database: TestDatabase): Promise<void> {
  const receiver = await Receiver.start();
  try {
    const host = await TestHost.start({ database, webhooks: { runMigrations: false } });
    try {
      const tenant = new TenantClient(host);
      await tenant.transport(receiver);
      await tenant.emit();
      await tenant.untilLogged({ status: 'DELIVERED' });
      expect(receiver.requests).toHaveLength(1);
    } finally {
      await host.close();
    }
  } finally {
    await receiver.close();
  }
}

describe.each(DATABASE_KINDS)('The printed SQL of %s', (kind) => {
  let database: TestDatabase;
  let reference: TestDatabase;
  beforeEach(async () => {
    [database, reference] = await Promise.all([createDatabase(kind), createDatabase(kind)]);
  });
  afterEach(() => Promise.all([database.drop(), reference.drop()]));

  it('makes the catalog that runMigrations: true makes, and the module works on it', async () => {
    await run(database, await printed('--database', kind));
    await (await TestHost.start({ database: reference })).close();
    const made = await catalogOf(database);
    expect(made).toEqual(await catalogOf(reference));
    expect(made.filter((line) => line.includes('webhook_queue')).length).toBeGreaterThan(3);
    await deliverOnce(database);
  });

  it('leaves nothing to do for runMigrations: true', async () => {
    await run(database, await printed('--database', kind));
    const before = await catalogOf(database);
    await (await TestHost.start({ database })).close();
    expect(await catalogOf(database)).toEqual(before);
  });

  it('is the same each time, gives each database a key of its own, and numbers events from the present time on', async () => {
    const [script, again] = await Promise.all([printed('--database', kind), print('--database', kind)]);
    expect(again).toBe(script);
    const keys: string[] = [];
    for (const each of [database, reference]) {
      await run(each, script);
      const dataSource = await new DataSource(each.options).initialize();
      const [row] = await dataSource.query<{ value: string }[]>(
        `SELECT value FROM webhook_setting WHERE name = 'cursor_key'`,
      );
      const [{ id }] = await dataSource.query<[{ id: string }]>(
        `INSERT INTO webhook_event (tenant_uid, event_uid, action, body) VALUES ('7', 'e', 'A', '{}') RETURNING id`,
      );
      await dataSource.destroy();
      keys.push(row!.value);
      const startedMs = (Number(id) / 1_000 + Date.UTC(2025, 0, 1) - Date.now()) * -1;
      expect(startedMs).toBeGreaterThan(-5_000);
      expect(startedMs).toBeLessThan(30_000);
    }
    for (const key of keys) expect(Buffer.from(key, 'base64').length).toBeGreaterThanOrEqual(32);
    expect(keys[0]).not.toBe(keys[1]);
  });

  it('changes nothing if one statement fails', async () => {
    await run(database, 'CREATE TABLE webhook_attempt (id integer)');
    const before = await catalogOf(database);
    // Recognize the error by its message, because better-sqlite3 may make it with the Error of another test file.
    await expect(run(database, await printed('--database', kind))).rejects.toMatchObject({
      message: expect.stringContaining('webhook_attempt'),
    });
    expect(await catalogOf(database)).toEqual(before);
  });

  it('lists the statements of each migration with --json', async () => {
    const [script, json] = await Promise.all([
      printed('--database', kind),
      printed('--database', kind, '--json'),
    ]);
    const migrations = JSON.parse(json) as { name: string; statements: string[] }[];
    expect(migrations.map(({ name }) => name)).toEqual([NEWEST]);
    const statements = migrations.flatMap((migration) => migration.statements);
    expect(statements.length).toBeGreaterThan(15);
    expect(statements.filter((statement) => !script.includes(`\n\n${statement};\n\n`))).toEqual([]);
    await run(database, statements.join(';\n'));
    await deliverOnce(database);
  });

  it('is empty after the newest migration', async () => {
    const [script, json] = await Promise.all([
      printed('--database', kind, '--from', NEWEST),
      printed('--database', kind, '--from', NEWEST, '--json'),
    ]);
    expect(script.replace(/^--.*\n/gm, '')).toBe('');
    expect(script).toContain('No migrations: the tables are up to date.');
    expect(JSON.parse(json)).toEqual([]);
    await run(database, script);
  });
});

describe('The printed SQL for a PostgreSQL schema', () => {
  it('works in that schema, whatever the search path', async () => {
    const database = await createDatabase('postgres');
    const reference = await createDatabase('postgres');
    const schema = "Till's Hooks";
    const inSchema = (each: TestDatabase): TestDatabase => ({
      ...each,
      options: { ...each.options, schema } as DataSourceOptions,
    });
    try {
      for (const each of [database, reference]) await run(each, `CREATE SCHEMA "${schema}"`);
      const script = await printed('--database', 'postgres', '--schema', schema);
      await run(database, `SET search_path = pg_catalog;\n${script}`);
      await (await TestHost.start({ database: inSchema(reference) })).close();
      const made = await catalogOf(database, schema);
      expect(made).toEqual(await catalogOf(reference, schema));
      expect(made.length).toBeGreaterThan(100);
      expect(await catalogOf(database)).toEqual([]);
      await deliverOnce(inSchema(database));
    } finally {
      await database.drop();
      await reference.drop();
    }
  });
});
