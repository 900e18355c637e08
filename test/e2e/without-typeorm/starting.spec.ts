import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../../support/databases.js';
import { LogCapture } from '../../support/log-capture.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import type { DatabaseKind, TestDatabase } from '../../support/test-database.js';
import { TestHost, type TestHostOptions } from '../../support/test-host.js';

const PASSWORD = 'hunter2-in-the-address';

describe('The start of a host without TypeORM', () => {
  const databases: TestDatabase[] = [];
  let log: LogCapture;
  beforeEach(() => {
    log = new LogCapture();
  });
  // On PostgreSQL this fails if a start that failed has left a connection open.
  afterEach(async () => {
    for (const database of databases.splice(0)) await database.drop();
  });

  const create = async (kind: DatabaseKind): Promise<TestDatabase> => {
    const database = await createDatabase(kind);
    databases.push(database);
    return database;
  };
  /** Expects the start to be refused, and no password in the error or in the log. */
  const refuses = async (
    webhooks: TestHostOptions['webhooks'],
    expected: object,
    message: RegExp,
    { database, typeOrm = false }: { database?: TestDatabase; typeOrm?: boolean } = {},
  ): Promise<void> => {
    const used = database ?? (await create('sqlite'));
    const error = await TestHost.start({
      database: used,
      typeOrm,
      webhooks: { ...webhooks },
      logger: log,
    }).then(
      async (host) => {
        await host.close();
        return new Error('The host started.');
      },
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject(expected);
    expect(error.message).toMatch(message);
    for (const text of [error.message, JSON.stringify(log.entries)]) expect(text).not.toContain(PASSWORD);
  };

  it('is refused without a data source and without a url, with both remedies', async () => {
    for (const database of [undefined, {}, { url: undefined }])
      await refuses(
        { database },
        { code: 'DATA_SOURCE_MISSING', dataSource: undefined },
        /TypeOrmModule\.forRoot.*database: \{ url: "postgres:/s,
      );
  });

  it('is refused if a data source is named, although there is a url', async () => {
    await refuses(
      { dataSource: 'shop', database: { url: 'sqlite:./never.db' } },
      { code: 'DATA_SOURCE_MISSING', dataSource: 'shop' },
      /named "shop".*leave "dataSource" out/s,
    );
  });

  it('is refused for a scheme that is not supported, which the message names', async () => {
    for (const scheme of ['mysql', 'mssql', 'libsql'])
      await refuses(
        { database: { url: `${scheme}://app:${PASSWORD}@db.example/shop` } },
        { code: 'INVALID_OPTION', option: 'database.url' },
        new RegExp(`"${scheme}:" is not supported.*postgres://.*sqlite:\\./`),
      );
  });

  it('is refused for SQLite in memory', async () => {
    await refuses({ database: { url: 'sqlite::memory:' } }, { code: 'UNSUPPORTED_DATABASE' }, /Use a file/);
  });

  it('is refused if nothing listens at the address', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await refuses(
      { database: { url: `postgres://app:${PASSWORD}@127.0.0.1:${port}/shop` } },
      { code: 'DATABASE_UNAVAILABLE' },
      new RegExp(`postgres://127\\.0\\.0\\.1:${port}/shop cannot be opened .*ECONNREFUSED.*"database\\.url"`),
    );
  });

  it('is refused if the server accepts the connection and stays silent', async () => {
    const { url } = await create('postgres');
    const { hostname, port } = new URL(url);
    const proxy = await TcpProxy.start(hostname, Number(port));
    proxy.freeze();
    await refuses(
      { database: { url: `postgres://app:${PASSWORD}@127.0.0.1:${proxy.port}/shop` } },
      { code: 'DATABASE_UNAVAILABLE' },
      /cannot be opened .*timeout/,
    );
    await proxy.close();
  });

  it('is refused if the server has no such database', async () => {
    const url = new URL((await create('postgres')).url);
    url.pathname = '/nowhere';
    await refuses(
      { database: { url: url.href } },
      { code: 'DATABASE_UNAVAILABLE' },
      /"nowhere" does not exist.*name of the database/s,
    );
  });

  it('is refused if the file is no SQLite database', async () => {
    const database = await create('sqlite');
    writeFileSync(
      database.url.slice('sqlite:'.length),
      'no database at all, but long enough to be read as one',
    );
    await refuses(
      { database: { url: database.url } },
      { code: 'DATABASE_UNAVAILABLE' },
      /test\.sqlite cannot be opened \(file is not a database\)/,
      { database },
    );
  });

  it('is refused if the tables are behind and runMigrations is off', async () => {
    const database = await create('postgres');
    await refuses(
      { database: { url: database.url }, runMigrations: false },
      { code: 'SCHEMA_BEHIND' },
      /runMigrations: true/,
      { database },
    );
  });
});

describe('Beside a data source', () => {
  it('the option database.schema and the address of a SQLite file are refused', async () => {
    const database = await createDatabase('postgres');
    const start = (options: object) => TestHost.start({ database, webhooks: { database: options } });
    await expect(start({ schema: 'shop' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option: 'database.schema',
      message: expect.stringMatching(/option "schema" of the data source/),
    });
    await expect(start({ url: 'sqlite:./webhooks.db' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option: 'database.url',
      message: expect.stringMatching(/PostgreSQL database, and this is a SQLite file/),
    });
    await database.drop();
  });
});
