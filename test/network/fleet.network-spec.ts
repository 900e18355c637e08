import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Arrival } from '../faults/support/receivers.js';
import { Scene } from '../faults/support/scene.js';
import { shortestLease, sleep } from '../faults/support/sizes.js';
import { TcpLink } from '../faults/support/tcp-link.js';
import { BRIDGE_ADDRESS, BRIDGE_CIDR, Network } from './network.js';

const HOSTS = 3;
const TENANTS = 6;
const KEYS = 10;
const CAP = 8;
const TIMEOUT_MS = 2_000;
const LEASE_MS = shortestLease(TIMEOUT_MS);
const PARTITION_MS = 2 * LEASE_MS;
const LOSS_PERCENT = 5;
const RETRIES = 20;
const RETRY_MS = 200;
const HOUR_MS = 3_600_000;
const PAUSE_MS = 40;

describe('three workers on three hosts with one PostgreSQL', () => {
  let network: Network;
  let scene: Scene;
  let link: TcpLink;

  beforeEach(async () => {
    network = Network.open(HOSTS);
    const webhooks = {
      timeoutMs: TIMEOUT_MS,
      leaseMs: LEASE_MS,
      retryScheduleMs: Array.from({ length: RETRIES }, () => RETRY_MS),
      egress: { allowCidrs: [BRIDGE_CIDR], allowHttp: true },
    };
    scene = await Scene.open({ receivers: TENANTS, address: BRIDGE_ADDRESS, webhooks });
    link = await TcpLink.to(Number(new URL(scene.database.url).port), 0, BRIDGE_ADDRESS);
  });
  afterEach(async () => {
    await scene.close();
    await link.close();
    network.close();
  });

  const startOn = (index: number) =>
    scene.startWorker({
      database: { type: 'postgres', url: link.through(scene.database.url) },
      namespace: network.hosts[index]!.namespace,
      preload: ['skewed-clock.mjs'],
      env: { CLOCK_SKEW_LATER: 'true', CLOCK_SKEW_MS: String(HOUR_MS) },
    });

  it('lose nothing and keep the order of keys, through lost packets, a partition, a clock that is set and a kill', async () => {
    const { receivers } = scene;
    receivers.respond = () => ({ status: 204, afterMs: Math.random() * 20 });
    for (let n = 0; n < TENANTS; n += 1) {
      await scene.route({
        tenantUid: `tenant-${n}`,
        receiver: n,
        ordered: true,
        transport: { maxConcurrency: CAP },
      });
    }
    const workers = await Promise.all(network.hosts.map((_, index) => startOn(index)));

    const over = new AbortController();
    const emitted = new Map<string, string[]>();
    const emit = async (tenant: number): Promise<void> => {
      for (let n = 0; !over.signal.aborted; n += 1) {
        const key = `key-${n % KEYS}`;
        const uid = await scene.emit(`tenant-${tenant}`, key);
        emitted.set(`${tenant}/${key}`, [...(emitted.get(`${tenant}/${key}`) ?? []), uid]);
        await sleep(PAUSE_MS);
      }
    };
    const happen = async (): Promise<void> => {
      await sleep(2_000);
      for (const host of network.hosts) host.lose(LOSS_PERCENT);
      await sleep(3_000);
      network.hosts[0]!.partition();
      await sleep(PARTITION_MS / 2);
      workers[1]!.signal();
      await sleep(PARTITION_MS / 2);
      network.hosts[0]!.heal();
      await sleep(2_000);
      await workers[2]!.kill();
      await startOn(2);
      await sleep(3_000);
      for (const host of network.hosts) host.heal();
      over.abort();
    };
    await Promise.all([happen(), ...Array.from({ length: TENANTS }, (_, n) => emit(n))]);
    const all = [...emitted.values()].flat();
    await scene.untilLog({ DELIVERED: all.length }, 90_000);

    const byEvent = new Map<string, Arrival[]>();
    for (const arrival of receivers.arrivals) {
      byEvent.set(arrival.eventUid, [...(byEvent.get(arrival.eventUid) ?? []), arrival]);
    }
    expect(all.filter((uid) => !byEvent.has(uid))).toEqual([]);
    for (const uids of emitted.values()) {
      const tooSoon = uids.filter((uid, index) => {
        const before = byEvent.get(uids[index - 1]!);
        const deliveredAt = before?.find(({ status }) => status === 204)?.endedAt;
        return before !== undefined && !(byEvent.get(uid)![0]!.at >= deliveredAt!);
      });
      expect(tooSoon).toEqual([]);
    }
    // A request is repeated only if its response was lost: in flight at the partition and at the kill, or by lost packets.
    const repeated = receivers.arrivals.length - byEvent.size;
    console.log(`${all.length} delivered, ${repeated} repeated`);
    expect(repeated).toBeLessThanOrEqual(2 * TENANTS * CAP + all.length * (LOSS_PERCENT / 100));
  }, 240_000);
});
