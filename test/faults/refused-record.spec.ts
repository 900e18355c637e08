import { afterEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { lanesOf } from './support/lane-table.js';
import { createRestrictedDatabase } from './support/restricted-role.js';
import { Scene } from './support/scene.js';
import { sized, sleep } from './support/sizes.js';

const { receivers, perReceiver, outages } = sized(
  { receivers: 4, perReceiver: 40, outages: 1 },
  { receivers: 20, perReceiver: 200, outages: 5 },
);
const OUTAGE_MS = 1_000;
const RECEIVER_MS = 100;
const RETRY_MS = 300;
/** The worker releases the lane of an empty queue within this time. */
const IDLE_WITHIN_MS = 5_000;

/** Two statements of an administrator: between them, the database refuses to store outcomes. */
interface Refusal {
  readonly begin: string;
  readonly end: string;
}
interface Case {
  readonly scene: Scene;
  readonly administrator: DataSource;
  readonly refusal: Refusal;
}

const renamed = (table: string): Refusal => ({
  begin: `ALTER TABLE ${table} RENAME TO ${table}_restored`,
  end: `ALTER TABLE ${table}_restored RENAME TO ${table}`,
});
const revoked =
  (table: string) =>
  (role: string): Refusal => ({
    begin: `REVOKE INSERT ON ${table} FROM ${role}`,
    end: `GRANT INSERT ON ${table} TO ${role}`,
  });
const webhooks = { retryScheduleMs: [RETRY_MS, RETRY_MS, RETRY_MS, RETRY_MS] };

const onPostgres = async (refusal: (role: string) => Refusal): Promise<Case> => {
  const { database, role, owner } = await createRestrictedDatabase();
  const options = { database, receivers, webhooks: { ...webhooks, runMigrations: false } };
  return { scene: await Scene.open(options), administrator: owner, refusal: refusal(role) };
};
const onSqlite = async (refusal: Refusal): Promise<Case> => {
  const opened = await Scene.open({ database: await createDatabase('sqlite'), receivers, webhooks });
  return { scene: opened, administrator: opened.host.dataSource, refusal };
};
const LOG = 'webhook_delivery';
/** The table with the attempts of a delivery, except the last one, which the log holds. */
const ATTEMPTS = 'webhook_attempt';
const CASES: readonly [string, () => Promise<Case>][] = [
  ['PostgreSQL takes away the privilege to insert into the log (42501)', () => onPostgres(revoked(LOG))],
  ['PostgreSQL takes away the privilege to insert attempts (42501)', () => onPostgres(revoked(ATTEMPTS))],
  ['PostgreSQL has no log (42P01)', () => onPostgres(() => renamed(LOG))],
  ['PostgreSQL has no table of attempts (42P01)', () => onPostgres(() => renamed(ATTEMPTS))],
  ['SQLite has no log (SQLITE_ERROR)', () => onSqlite(renamed(LOG))],
  ['SQLite has no table of attempts (SQLITE_ERROR)', () => onSqlite(renamed(ATTEMPTS))],
];

let scene: Scene;
afterEach(() => scene.close());

describe.each(CASES)('while %s for a second', (_, open) => {
  it(
    'every outcome is kept and recorded afterwards, and every lane goes on without a restart',
    async () => {
      const opened = await open();
      scene = opened.scene;
      const { administrator, refusal } = opened;
      const { arrivals } = scene.receivers;
      // Only one delivery in four fails at first, so no circuit opens.
      scene.receivers.respond = ({ headers, attempt }) => ({
        status: attempt === 1 && Number(headers['x-webhook-sequence']) % 4 === 0 ? 500 : 204,
        afterMs: RECEIVER_MS,
      });
      for (let n = 0; n < receivers; n += 1) await scene.route({ tenantUid: `tenant-${n}`, receiver: n });
      const worker = await scene.startWorker();
      let emitted = 0;
      const emit = async (count: number): Promise<void> => {
        for (let n = 0; n < receivers; n += 1) await scene.emitMany(`tenant-${n}`, count);
        emitted += receivers * count;
      };

      for (let n = 0; n < outages; n += 1) {
        await emit(perReceiver);
        const seen = arrivals.length;
        await eventually(() => arrivals.length >= seen + receivers);
        await administrator.query(refusal.begin);
        await sleep(OUTAGE_MS);
        await administrator.query(refusal.end);
      }
      await scene.untilLog({ DELIVERED: emitted }, sized(20_000, 120_000));

      // A pause makes each lane yield. A lane with an outcome that was dropped could not be released.
      for (let n = 0; n < receivers; n += 1) {
        const path = `/httptransports/${n}`;
        const api = scene.host.api(`tenant-${n}`);
        const statuses = [await api.post(`${path}/pause`, {}), await api.post(`${path}/resume`, {})];
        expect(statuses.map(({ status }) => status)).toEqual([200, 200]);
      }
      await emit(5);
      await scene.untilLog({ DELIVERED: emitted }, 20_000);
      await eventually(async () => (await lanesOf(administrator)).every(({ holder }) => holder === null), {
        what: 'every lane to be released',
        withinMs: IDLE_WITHIN_MS,
      });

      const successes = [...scene.receivers.delivered().values()].map((times) => times.length);
      expect(successes).toHaveLength(emitted);
      expect(Math.max(...successes)).toBeLessThanOrEqual(2);
      expect(worker.isRunning).toBe(true);
    },
    sized(60_000, 300_000),
  );
});
