import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runWebhookMigrations } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { PostgresWorkCheckStore } from '../../../lib/persistence/postgres/postgres-work-check-store.js';
import { PostgresDatabase } from '../../../lib/persistence/postgres/postgres-database.js';
import { channelsOf } from '../../../lib/wake-up/channels.js';
import { PostgresCarrier } from '../../../lib/persistence/postgres/postgres-carrier.js';
import { SharedWakeUps } from '../../../lib/wake-up/shared-wake-ups.js';
import { createDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import type { TestDatabase } from '../../support/test-database.js';

/** The wake-ups of one process, and what they have reported to it. */
interface Member {
  wakeUps: SharedWakeUps;
  events: number;
  work: number[];
  settings: number;
  missed: number;
  warnings: string[];
}

describe('wake-ups through PostgreSQL', () => {
  let database: TestDatabase;
  let host: DataSource;
  let pool: PostgresDatabase;
  let members: Member[];

  beforeEach(async () => {
    database = await createDatabase('postgres');
    host = await new DataSource(database.options).initialize();
    await runWebhookMigrations(host);
    pool = new PostgresDatabase(host, 4);
    await pool.open();
    members = [];
  });
  afterEach(async () => {
    for (const { wakeUps } of members) await wakeUps.close();
    await pool.close();
    await host.destroy();
    await database.drop();
  });

  const wakeUpsOf = (environment: string | undefined, warnings: string[]): SharedWakeUps =>
    new SharedWakeUps(new PostgresCarrier(pool), channelsOf(pool.scope, environment), {
      store: new PostgresWorkCheckStore(pool),
      warn: (message) => void warnings.push(message),
    });
  const join = async (environment?: string): Promise<Member> => {
    const warnings: string[] = [];
    const wakeUps = wakeUpsOf(environment, warnings);
    const member: Member = { wakeUps, events: 0, work: [], settings: 0, missed: 0, warnings };
    members.push(member);
    wakeUps.listen({
      eventsCommitted: () => (member.events += 1),
      workAdded: (transportIds) => member.work.push(...transportIds),
      settingsChanged: () => (member.settings += 1),
      workChecked: () => undefined,
      missed: () => (member.missed += 1),
    });
    await eventually(() => wakeUps.state === 'proven');
    return member;
  };
  /** Statements on the connections that listen. */
  const onListening = (select: string): Promise<unknown> =>
    host.query(
      `SELECT ${select} FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'`,
    );

  it('reach every process that listens, and nobody in another environment', async () => {
    const [one, other, stranger] = [await join(), await join(), await join('staging')];
    const silent = wakeUpsOf(undefined, []);
    silent.announceEvents();
    silent.announceWork([7, 8]);
    silent.announceSettings();
    await eventually(() => one.settings === 1 && other.settings === 1);
    expect([one, other].map(({ events, work }) => ({ events, work }))).toEqual([
      { events: 1, work: [7, 8] },
      { events: 1, work: [7, 8] },
    ]);
    expect(stranger).toMatchObject({ events: 0, work: [], settings: 0 });
    expect(silent.state).toBe('none');
    await silent.close();
  });

  it('carry the lanes of a large fan-out', async () => {
    const member = await join();
    const lanes = Array.from({ length: 20_000 }, (_, n) => n + 1);
    member.wakeUps.announceWork(lanes);
    await eventually(() => member.work.length === lanes.length);
    expect(member.work).toEqual(lanes);
  });

  it('arrive again after the connection was terminated, and the process looks once for missed work', async () => {
    const member = await join();
    expect(member.missed).toBe(0);
    await onListening('pg_terminate_backend(pid)');
    await eventually(() => member.missed === 1);
    await eventually(() => member.wakeUps.state === 'proven');
    member.wakeUps.announceEvents();
    await eventually(() => member.events === 1);
    expect(member.warnings).toEqual([]);
  });

  it('are unproven while new connections receive nothing, with one warning, and proven again when one does', async () => {
    const listen = pool.listen.bind(pool);
    let isDeaf = true;
    pool.listen = async (options) => {
      const connection = await listen(options);
      const { client } = connection as unknown as { client: { query(sql: string): Promise<unknown> } };
      if (isDeaf) await client.query('UNLISTEN *');
      return connection;
    };
    const warnings: string[] = [];
    const wakeUps = wakeUpsOf(undefined, warnings);
    const member: Member = { wakeUps, events: 0, work: [], settings: 0, missed: 0, warnings };
    members.push(member);
    wakeUps.listen({
      eventsCommitted: () => (member.events += 1),
      workAdded: () => undefined,
      settingsChanged: () => undefined,
      workChecked: () => undefined,
      missed: () => (member.missed += 1),
    });
    await eventually(() => wakeUps.state === 'unproven');
    await sleep(3_000);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/pollMs/);
    isDeaf = false;
    await eventually(() => wakeUps.state === 'proven');
    wakeUps.announceEvents();
    await eventually(() => member.events === 1);
  }, 30_000);

  it('of other programs on the database do no harm', async () => {
    const member = await join();
    const channels = await host.query<{ work: string }[]>(
      `SELECT substring(query FROM '(tillhook_[0-9a-f]+_work)') AS work FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'`,
    );
    await host.query('SELECT pg_notify($1, $2)', [channels[0]!.work, 'x,-1,5']);
    await eventually(() => member.work.length > 0);
    expect(member.work).toEqual([5]);
  });
});
