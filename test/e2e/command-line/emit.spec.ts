import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createMigratedDatabase } from '../../support/databases.js';
import type { TestDatabase } from '../../support/test-database.js';
import { callTillhook, type CallOptions, type TillhookResult } from '../../support/tillhook.js';

describe('The command that emits an event', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tillhook-emit-'));
    await writeFile(path.join(folder, 'till.json'), '{"till":{"Uid":"file"}}');
    database = await createMigratedDatabase('sqlite');
    dataSource = await new DataSource(database.options).initialize();
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
    await rm(folder, { recursive: true });
  });

  const emit = (args: readonly string[], options: CallOptions = {}): Promise<TillhookResult> =>
    callTillhook(['emit', 'TILL_OPEN', '--tenant', 'shop', ...args], {
      cwd: folder,
      env: { DATABASE_URL: database.url },
      ...options,
    });
  /** The stored body and ordering key of an event. */
  const stored = async (eventUid: string): Promise<unknown> => {
    const rows = await dataSource.query<{ body: Buffer; ordering_key: string | null }[]>(
      `SELECT body, ordering_key FROM webhook_event WHERE event_uid = '${eventUid}'`,
    );
    return rows.map(({ body, ordering_key: key }) => [JSON.parse(body.toString()) as unknown, key]);
  };

  it.each([
    ['the text of the option', '{"till":{"Uid":"text"}}', 'text'],
    ['a file', '@till.json', 'file'],
    ['the standard input', '-', 'input'],
  ])('takes the data from %s', async (_what, data, uid) => {
    const { exitCode, stdout } = await emit(
      ['--data', data, '--event-uid', uid, '--ordering-key', 'till-7'],
      { input: '{"till":{"Uid":"input"}}' },
    );
    expect([exitCode, stdout]).toEqual([0, `Emitted event ${uid}.\n`]);
    expect(await stored(uid)).toEqual([
      [{ action: 'TILL_OPEN', tenant: { Uid: 'shop' }, till: { Uid: uid } }, 'till-7'],
    ]);
  });

  it.each([
    ['{', 'tillhook: Option "--data" is not JSON: '],
    ['@absent.json', 'tillhook: Option "--data": file absent.json cannot be read: '],
  ])('refuses --data %s with exit code 2', async (data, message) => {
    const { exitCode, stdout, stderr } = await emit(['--data', data]);
    expect([exitCode, stdout, stderr.slice(0, message.length)]).toEqual([2, '', message]);
  });
});
