import { afterEach, describe, expect, it } from '@jest/globals';
import { expectAtMost, percentile, worst } from './support/figures.js';
import { HealthyTenants, named } from './support/healthy-tenants.js';
import { Scene, type RouteSettings } from './support/scene.js';
import { onThisMachine, sized, sleep } from './support/sizes.js';

/** Default options at full size. The short run has fewer slots, and four lanes for each. */
const { webhooks, tenants, phaseMs } = sized(
  { webhooks: { concurrency: 16 }, tenants: 5, phaseMs: 4_000 },
  { webhooks: {}, tenants: 20, phaseMs: 30_000 },
);
/** Number of transports of each tenant. Each event of the tenant goes to all of them. */
const TRANSPORTS = 20;
const PER_SECOND = 20;
const KEYS = 3;
/** Maximum number of claims that happen all the same, such as that of a lane that was held when its transport was paused. */
const MOST_CLAIMS = 5;
const PROMISED_P95_MS = 500;
const PROMISED_LATE_MS = 3_000;
const FIRST = 10;

let scene: Scene;
afterEach(() => scene.close());

describe(`while events for ${tenants * TRANSPORTS} stopped transports are emitted`, () => {
  const stopped = named('stopped', tenants);
  const healthy = new HealthyTenants({
    firstReceiver: 0,
    steady: named('steady', 6),
    retrying: named('retrying', 4),
  });
  // Every second one is ordered.
  const routes: RouteSettings[] = stopped.flatMap((tenantUid, tenant) =>
    Array.from({ length: TRANSPORTS }, (_, n) => ({
      tenantUid,
      receiver: FIRST + tenant * TRANSPORTS + n,
      ordered: n % 2 === 0,
    })),
  );

  const open = async (): Promise<void> => {
    scene = await Scene.open({ receivers: FIRST + routes.length, webhooks });
    scene.receivers.respond = (arrival) => healthy.respond(arrival) ?? { status: 204 };
    await healthy.route(scene);
    await scene.routeAll(routes);
    await scene.command('pause', routes);
  };

  /**
   * Emits events to the stopped transports, and meanwhile measures the healthy tenants and counts claims.
   *
   * @returns the events, by tenant and key
   */
  const emitToStopped = async (): Promise<Map<string, string[]>> => {
    const worker = await scene.startWorker();
    // So that lanes that were looked at when the process started do not count.
    await sleep(1_000);
    const before = await claims();
    const emitted = new Map<string, string[]>();
    const emitSteadily = async (): Promise<void> => {
      for (let n = 0; n < (phaseMs / 1_000) * PER_SECOND; n += 1) {
        const tenantUid = stopped[n % tenants]!;
        const key = `key-${Math.floor(n / tenants) % KEYS}`;
        const [uid] = await Promise.all([scene.emit(tenantUid, key), sleep(1_000 / PER_SECOND)]);
        emitted.set(`${tenantUid}/${key}`, [...(emitted.get(`${tenantUid}/${key}`) ?? []), uid]);
      }
    };
    const [{ firstAttemptsMs, retriesLateMs }] = await Promise.all([
      healthy.run(phaseMs, (tenantUid) => worker.ask('emit', tenantUid)),
      emitSteadily(),
    ]);
    expect(scene.receivers.arrivals.filter(({ receiver }) => receiver >= FIRST)).toEqual([]);
    expectAtMost({
      'claims of lanes of stopped transports': [(await claims()) - before, MOST_CLAIMS],
      'first attempts of others, p95 in ms': [
        percentile(firstAttemptsMs, 95),
        onThisMachine(PROMISED_P95_MS),
      ],
      'retries of others, ms late': [worst(retriesLateMs), onThisMachine(PROMISED_LATE_MS)],
    });
    return emitted;
  };

  it(
    'lanes of paused transports are not claimed, others notice nothing, and on resume all is sent in order',
    async () => {
      await open();
      const emitted = await emitToStopped();
      await scene.command('resume', routes);
      const deliveries = routes.length * ((phaseMs / 1_000) * (PER_SECOND / tenants));
      await scene.untilLog({ DELIVERED: healthy.emitted.length + deliveries }, sized(30_000, 60_000));

      const { arrivals } = scene.receivers;
      for (const { tenantUid, receiver, ordered } of routes) {
        const arrived = arrivals.filter((arrival) => arrival.receiver === receiver);
        for (const [key, uids] of emitted) {
          if (!key.startsWith(`${tenantUid}/`)) continue;
          const ofKey = arrived.map(({ eventUid }) => eventUid).filter((uid) => uids.includes(uid));
          expect(ordered ? ofKey : ofKey.sort()).toEqual(ordered ? uids : uids.sort());
        }
      }
    },
    sized(60_000, 180_000),
  );

  it(
    'lanes of disabled transports with a backlog are not claimed, and on enable the backlog is sent',
    async () => {
      await open();
      await scene.fanOutOnly(routes.length, () =>
        Promise.all(stopped.map((tenantUid) => scene.emit(tenantUid))),
      );
      await scene.command('disable', routes);
      const before = healthy.emitted.length;
      const emitted = [...(await emitToStopped()).values()].flat().length;
      await scene.command('enable', routes);
      const expected = {
        DELIVERED: healthy.emitted.length - before + routes.length,
        'MISSED TRANSPORT_DISABLED': emitted * TRANSPORTS,
      };
      await scene.untilLog(expected, sized(30_000, 60_000));
    },
    sized(60_000, 180_000),
  );
});

/** How often lanes of the stopped transports have been claimed since they exist: each claim raises the token. */
async function claims(): Promise<number> {
  const [row] = await scene.host.dataSource.query<{ claims: string }[]>(
    `SELECT coalesce(sum(lease_token), 0) AS claims FROM webhook_lane WHERE tenant_uid LIKE 'stopped-%'`,
  );
  return Number(row!.claims);
}
