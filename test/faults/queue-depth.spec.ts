import { afterEach, describe, expect, it } from '@jest/globals';
import { WebhookTenants } from 'nestjs-tillhook';
import type { ApiClient } from '../support/api-client.js';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import { Scene } from './support/scene.js';
import { shortestLease, sized } from './support/sizes.js';

const TENANTS = ['north', 'south'] as const;
/** A tenant that is erased with pending deliveries. */
const LEAVING = 'leaving';
/** Receivers of the two transports of a tenant: one that it keeps, and one that it deletes and creates again. */
const receiversOf = (tenantUid: string): [kept: number, replaced: number] => {
  const first = 2 * [...TENANTS, LEAVING].indexOf(tenantUid);
  return [first, first + 1];
};
const { rounds, steps, events } = sized(
  { rounds: 3, steps: 8, events: 20 },
  { rounds: 20, steps: 30, events: 100 },
);
const TIMEOUT_MS = 500;
const WITHIN_MS = sized(60_000, 120_000);

/** Numbers from 0 to below 1, the same in each run (a linear congruential generator). */
const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
};

interface Row {
  readonly transport_id: number | string;
  readonly pending: number | string;
}

describe.each(DATABASE_KINDS)('queue depths on %s', (kind) => {
  let scene: Scene;
  afterEach(() => scene.close());

  const rows = async (sql: string): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await scene.host.dataSource.query<Row[]>(sql)).map((row) => [
        String(row.transport_id),
        Number(row.pending),
      ]),
    );
  const queued = () =>
    rows('SELECT transport_id, count(*) AS pending FROM webhook_queue GROUP BY transport_id ORDER BY 1');
  const counted = () =>
    rows(
      'SELECT transport_id, queued - ended AS pending FROM webhook_queue_depth WHERE transport_id > 0 AND queued <> ended ORDER BY 1',
    );
  /** The pending deliveries that the API reports for each tenant, and for the transport that it keeps. */
  const shown = (): Promise<number[][]> =>
    Promise.all(
      TENANTS.map(async (tenantUid) => {
        const read = async (query: string) =>
          (await scene.host.api(tenantUid).get<{ pending: number }>(`/webhookstatistics${query}`)).body
            .pending;
        return [await read(''), await read(`?httpTransportUid=${receiversOf(tenantUid)[0]}`)];
      }),
    );
  const queuedOf = async (tenantUid: string): Promise<number[]> => {
    const [kept] = receiversOf(tenantUid);
    const [row] = await scene.host.dataSource.query<{ all: number | string; kept: number | string }[]>(
      `SELECT count(*) AS "all", coalesce(sum(CASE WHEN t.http_transport_uid = '${kept}' THEN 1 ELSE 0 END), 0) AS kept
       FROM webhook_queue q JOIN webhook_http_transport t ON t.id = q.transport_id WHERE t.tenant_uid = '${tenantUid}'`,
    );
    return [Number(row!.all), Number(row!.kept)];
  };

  /** Waits until the depths are exact. A statement of a process that was killed may still be running on the server. */
  const expectExact = async (): Promise<void> => {
    let seen: unknown;
    await eventually(
      async () => {
        const api = await shown();
        const wanted = await Promise.all(TENANTS.map(queuedOf));
        seen = { api, wanted, counted: await counted(), queued: await queued() };
        const { counted: one, queued: other } = seen as Record<string, Record<string, number>>;
        return JSON.stringify([api, one]) === JSON.stringify([wanted, other]);
      },
      { what: 'the depths to be exact', withinMs: 10_000 },
    ).catch((error: Error) => {
      error.message += `: ${JSON.stringify(seen)}`;
      throw error;
    });
  };

  const sometimes = async (
    api: ApiClient,
    path: string,
    field: string,
    pick: () => number,
  ): Promise<string> => {
    const { body } = await api.get<{ items: Record<string, string>[] }>(path);
    return body.items[Math.floor(pick() * body.items.length)]?.[field] ?? 'none';
  };

  /** Makes deliveries of the tenant end as MISSED and as CANCELLED. */
  const missAndCancel = async (tenantUid: string): Promise<void> => {
    const replaced = receiversOf(tenantUid)[1];
    const change = (path: string) =>
      scene.host.api(tenantUid).request('POST', `/httptransports/${replaced}/${path}`, {});
    await change('disable');
    await scene.emit(tenantUid);
    await eventually(async () => ((await scene.log())['MISSED TRANSPORT_DISABLED'] ?? 0) > 0, {
      withinMs: WITHIN_MS,
    });
    await change('enable');
    await change('pause');
    await scene.emit(tenantUid);
    await eventually(
      async () => {
        const [all, kept] = await queuedOf(tenantUid);
        return all! > kept!;
      },
      { withinMs: WITHIN_MS },
    );
    await scene.host.api(tenantUid).request('DELETE', `/httptransports/${replaced}`);
    await scene.route({ tenantUid, receiver: replaced });
  };

  const step = async (random: () => number): Promise<void> => {
    const tenantUid = TENANTS[Math.floor(random() * TENANTS.length)]!;
    const api = scene.host.api(tenantUid);
    const [kept, replaced] = receiversOf(tenantUid);
    const post = (path: string, body: object = {}) => api.request('POST', path, body);
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const actions: (() => Promise<unknown>)[] = [
      () => scene.emitMany(tenantUid, events),
      () => scene.emitMany(tenantUid, events),
      () => scene.emit(tenantUid, 'key'),
      async () => {
        const status = random() < 0.5 ? 'FAILED' : 'DELIVERED';
        const uid = await sometimes(api, `/deliveries?status=${status}&pageSize=50`, 'deliveryUid', random);
        await post(`/deliveries/${uid}/redeliver`);
      },
      () => post(`/httptransports/${kept}/recover`, { since }),
      () => post(`/httptransports/${replaced}/replay`, { since }),
      () => post(`/httptransports/${replaced}/disable`),
      () => post(`/httptransports/${replaced}/enable`),
      () => post(`/httptransports/${kept}/pause`),
      () => post(`/httptransports/${kept}/resume`),
      async () => {
        const uid = await sometimes(api, '/webhookevents?pageSize=50', 'eventUid', random);
        await api.request('DELETE', `/webhookevents/${uid}/payload`);
      },
      async () => {
        await api.request('DELETE', `/httptransports/${replaced}`);
        await scene.route({ tenantUid, receiver: replaced });
      },
    ];
    await actions[Math.floor(random() * actions.length)]!();
  };

  it(
    'equal the rows of the queue after a random mix of changes, and kills of the processes that deliver',
    async () => {
      const random = randomFrom(20_260_314);
      scene = await Scene.open({
        database: await createDatabase(kind),
        receivers: 6,
        webhooks: {
          timeoutMs: TIMEOUT_MS,
          leaseMs: shortestLease(TIMEOUT_MS),
          pollMs: 50,
          retryScheduleMs: [50],
          circuitFailures: 0,
        },
      });
      const { receivers, host } = scene;
      receivers.respond = () => ({ status: [204, 204, 500, 400][Math.floor(random() * 4)]!, afterMs: 2 });
      for (const tenantUid of [...TENANTS, LEAVING])
        for (const receiver of receiversOf(tenantUid))
          await scene.route({ tenantUid, receiver, ordered: receiver % 2 === 0 });
      // Deliveries end in each possible way at least once.
      await scene.startWorker();
      await scene.emitMany(TENANTS[0], events);
      await eventually(async () => ((await scene.log())['FAILED EXHAUSTED'] ?? 0) > 0, {
        withinMs: WITHIN_MS,
      });
      await missAndCancel(TENANTS[1]);

      for (let round = 0; round < rounds; round += 1) {
        // The processes are killed in the middle of this work.
        await scene.command('resume', [{ tenantUid: TENANTS[0], receiver: receiversOf(TENANTS[0])[0] }]);
        const before = receivers.arrivals.length;
        await scene.emitMany(TENANTS[0], events);
        await eventually(() => receivers.arrivals.length > before, { withinMs: WITHIN_MS });
        for (let done = 0; done < steps; done += 1) await step(random);
        await Promise.all(scene.running.map((worker) => worker.kill()));
        await expectExact();
        await scene.startWorkers(2);
      }

      await scene.command(
        'pause',
        receiversOf(LEAVING).map((receiver) => ({ tenantUid: LEAVING, receiver })),
      );
      await scene.emitMany(LEAVING, events);
      await eventually(async () => (await queuedOf(LEAVING))[0] === 2 * events, { withinMs: WITHIN_MS });
      // Statistics are counted when somebody reads them.
      await host.api(LEAVING).get('/webhookstatistics');
      const report = await host.app.get(WebhookTenants, { strict: false }).purge(LEAVING);
      expect(report).toMatchObject({ isComplete: true, rows: { webhook_queue_depth: expect.any(Number) } });
      await Promise.all(scene.running.map((worker) => worker.kill()));
      await expectExact();
      // All tenants together; the erased one has left no row.
      const total = await rows(
        'SELECT transport_id, queued - ended AS pending FROM webhook_queue_depth WHERE tenant_id = 0',
      );
      expect(total).toEqual({ 0: await scene.queued() });
      const known = await host.dataSource.query<unknown[]>(
        `SELECT 1 FROM webhook_queue_depth
         WHERE tenant_id <> 0 AND tenant_id NOT IN (SELECT id FROM webhook_tenant)`,
      );
      expect(known).toEqual([]);
      const statuses = new Set(Object.keys(await scene.log()).map((name) => name.split(' ', 1)[0]));
      expect([...statuses]).toEqual(expect.arrayContaining(['CANCELLED', 'DELIVERED', 'FAILED', 'MISSED']));
    },
    rounds * WITHIN_MS + 120_000,
  );
});
