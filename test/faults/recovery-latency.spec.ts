import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { RecoveryClient } from '../support/recoveries.js';
import { expectAtMost, percentile } from './support/figures.js';
import { Scene } from './support/scene.js';
import { onThisMachine, sized, sleep } from './support/sizes.js';

/** The job recovers about 80 deliveries per second beside fresh ones, so either backlog lasts far longer than the measurement. */
const { backlog, phaseMs } = sized({ backlog: 2_000, phaseMs: 4_000 }, { backlog: 20_000, phaseMs: 60_000 });
const PER_SECOND = 30;
const RESPONSE_DELAY_MS = 20;
const RATIO = 1.2;
const BUSY = { tenantUid: 'busy', receiver: 0 };
const OTHER = { tenantUid: 'other', receiver: 1 };

let scene: Scene;
afterEach(() => scene.close());

it(
  'fresh deliveries of the same transport and of others keep their latency while a recovery runs',
  async () => {
    scene = await Scene.open({ receivers: 2, webhooks: { retryScheduleMs: [], circuitFailures: 0 } });
    const { receivers } = scene;
    receivers.respond = () => ({ status: 500 });
    await scene.routeAll([BUSY, OTHER]);
    await scene.startWorkers(2);
    const old = await emitBacklog();
    await scene.untilLog({ 'FAILED EXHAUSTED': backlog }, 600_000);
    receivers.respond = () => ({ status: 204, afterMs: RESPONSE_DELAY_MS });

    await emitSteadily(1_000);
    const calm = await latenciesOf(await emitSteadily(phaseMs));
    const recoveries = new RecoveryClient(scene.host.api(BUSY.tenantUid), String(BUSY.receiver));
    const job = await recoveries.start('recover', { since: new Date(Date.now() - 3_600_000).toISOString() });
    await recoveries.until(job, { state: 'RUNNING', found: backlog }, 60_000);
    const before = await recoveries.get(job);
    const disturbed = await latenciesOf(await emitSteadily(phaseMs));
    const after = await recoveries.get(job);

    // The job went on while the latencies were measured.
    expect(after.requeued).toBeGreaterThan(before.requeued);
    expectAtMost(
      Object.fromEntries(
        [BUSY, OTHER].map(({ tenantUid }) => {
          const [without, withJob] = [calm, disturbed].map((all) => percentile(all.get(tenantUid)!, 95));
          return [
            `95th percentile of ${tenantUid} in ms, with ${without} ms in calm`,
            [withJob!, onThisMachine(RATIO * without!)] as const,
          ];
        }),
      ),
    );
    await recoveries.until(job, { state: 'DONE', requeued: backlog, skipped: 0 }, 900_000);
    const arrived = new Set(
      receivers.arrivals.filter(({ status }) => status === 204).map(({ eventUid }) => eventUid),
    );
    await eventually(() => old.every((uid) => arrived.has(uid)) || refresh(arrived), { withinMs: 60_000 });
  },
  sized(120_000, 1_800_000),
);

const refresh = (arrived: Set<string>): false => {
  for (const { eventUid, status } of scene.receivers.arrivals) if (status === 204) arrived.add(eventUid);
  return false;
};

async function emitBacklog(): Promise<string[]> {
  const uids: string[] = [];
  while (uids.length < backlog)
    uids.push(...(await scene.emitMany(BUSY.tenantUid, Math.min(1_000, backlog - uids.length))));
  return uids;
}

/** Emits events of both tenants in turn. @returns when each event was committed, by tenant */
async function emitSteadily(forMs: number): Promise<Map<string, Map<string, number>>> {
  const committed = new Map([BUSY, OTHER].map(({ tenantUid }) => [tenantUid, new Map<string, number>()]));
  const startedAt = performance.now();
  const count = (forMs / 1_000) * PER_SECOND;
  for (let n = 0; n < count; n += 1) {
    await sleep(startedAt + (n * 1_000) / PER_SECOND - performance.now());
    const { tenantUid } = n % 2 === 0 ? BUSY : OTHER;
    committed.get(tenantUid)!.set(await scene.emit(tenantUid), Date.now());
  }
  return committed;
}

/** From commit to the end of the response in ms, by tenant. */
async function latenciesOf(
  committed: ReadonlyMap<string, ReadonlyMap<string, number>>,
): Promise<Map<string, number[]>> {
  const all = new Map([...committed.values()].flatMap((own) => [...own]));
  const ended = () =>
    scene.receivers.arrivals.filter(({ eventUid, endedAt }) => all.has(eventUid) && endedAt !== undefined);
  await eventually(() => ended().length >= all.size, { what: 'all to arrive', withinMs: 60_000 });
  const endedAt = new Map(ended().map((arrival) => [arrival.eventUid, arrival.endedAt!]));
  return new Map(
    [...committed].map(([tenantUid, own]) => [
      tenantUid,
      [...own].map(([eventUid, at]) => endedAt.get(eventUid)! - at),
    ]),
  );
}
