import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/databases.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import { damageValue } from './support/damaged-value.js';
import { Scene } from './support/scene.js';

const TENANTS = ['north', 'south', 'west'] as const;
const EVENTS = 20;
const ALL = TENANTS.length * EVENTS;

/** A group of outcomes that was not counted yet. */
interface Group {
  readonly id: number | string;
  readonly facts: string;
}

let scene: Scene;
afterEach(() => scene.close());

/** Delivers events of all tenants at once, and ends the process before it counts them. @returns what it has left uncounted */
const deliverUncounted = async (): Promise<Group[]> => {
  for (let round = 1; ; round += 1) {
    await scene.fanOutOnly(ALL, () => Promise.all(TENANTS.map((tenant) => scene.emitMany(tenant, EVENTS))));
    const worker = await scene.startWorker();
    await scene.untilLog({ DELIVERED: round * ALL }, 30_000);
    await worker.kill();
    const groups = await scene.host.dataSource.query<Group[]>(
      // Select only groups with facts of ended deliveries. Fan-out writes groups, too.
      `SELECT id, facts FROM webhook_statistic_fact WHERE facts LIKE '%,D,%' ORDER BY id`,
    );
    // A process counts every ten seconds, so it may have counted these just now.
    if (groups.some((group) => tenantsIn(group) > 1)) return groups;
  }
};

const open = async (kind: (typeof DATABASE_KINDS)[number]): Promise<void> => {
  scene = await Scene.open({
    database: await createDatabase(kind),
    receivers: TENANTS.length,
    webhooks: { pollMs: 50 },
  });
  await scene.routeAll(TENANTS.map((tenantUid, receiver) => ({ tenantUid, receiver })));
};

const delivered = async (tenantUid: string): Promise<number> => {
  const path = '/webhookstatistics?bucket=minute';
  const { body } = await scene.host.api(tenantUid).get<{ total: { delivered: number } }>(path);
  return body.total.delivered;
};
const pending = async (tenantUid: string): Promise<number> =>
  (await scene.host.api(tenantUid).get<{ pending: number }>('/webhookstatistics')).body.pending;
const deliveredByAll = async (): Promise<number> =>
  (await Promise.all(TENANTS.map(delivered))).reduce((sum, count) => sum + count, 0);
const arrivals = (): number => scene.receivers.arrivals.length;

const factsIn = ({ facts }: Group): number => facts.split(';').length;
const tenantsIn = ({ facts }: Group): number =>
  new Set(facts.split(';').map((fact) => fact.split(',', 1)[0])).size;

describe.each(DATABASE_KINDS)('a damaged fact of statistics on %s', (kind) => {
  it('is not counted, and all other outcomes of its group are', async () => {
    await open(kind);
    const groups = await deliverUncounted();
    const shared = groups.find((group) => tenantsIn(group) > 1)!;
    await scene.host.dataSource.query(
      `UPDATE webhook_statistic_fact SET facts = 'damaged' || facts WHERE id = ${shared.id}`,
    );
    expect(await deliveredByAll()).toBe(arrivals() - 1);
    // The depth of one tenant lacks the end that is not counted; the depths of the other tenants are exact.
    expect((await Promise.all(TENANTS.map(pending))).sort()).toEqual([0, 0, 1]);

    const before = arrivals();
    await scene.startWorker();
    for (const tenant of TENANTS) await scene.emit(tenant);
    await scene.untilLog({ DELIVERED: before + TENANTS.length }, 30_000);
    expect(await deliveredByAll()).toBe(before + TENANTS.length - 1);
  }, 90_000);
});

describe('a row of webhook_statistic_fact that PostgreSQL cannot read', () => {
  it('holds back its own group only', async () => {
    await open('postgres');
    const [first] = await deliverUncounted();
    const { dataSource } = scene.host;
    // Only a value that is stored out of line can be damaged.
    await dataSource.query('ALTER TABLE webhook_statistic_fact ALTER COLUMN facts SET STORAGE EXTERNAL');
    await dataSource.query(
      `UPDATE webhook_statistic_fact SET facts = facts || repeat(';', 10000) WHERE id = ${first!.id}`,
    );
    await damageValue(scene.database.url, 'webhook_statistic_fact', 'facts', `id = ${first!.id}`);
    expect(await deliveredByAll()).toBe(arrivals() - factsIn(first!));
    const depths = await Promise.all(TENANTS.map(pending));
    expect(depths.reduce((sum, depth) => sum + depth, 0)).toBe(factsIn(first!));
  }, 90_000);
});
