import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { type ExampleStart, ExampleTraffic } from '../../../sample-app/example-traffic/example-traffic.js';
import { createMigratedDatabase, eachDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { SampleApp } from './sample-app.js';
import type { Call } from './sample-client.js';

interface Listed<Item> {
  items: Item[];
}
interface Transport {
  httpTransportUid: string;
  url: string;
}
interface Delivery {
  deliveryUid: string;
  attempts: number;
}
interface Statistics {
  total: { delivered: number; failed: number; retried: number; missed: number; attemptMs: object | null };
  pending: number;
}

const HOUR_MS = 3_600_000;
const WITH_EXAMPLE = { EXAMPLE_TRAFFIC: 'true' };

describe('the example traffic', () => {
  eachDatabase((db) => {
    let app: SampleApp;
    let call: Call;
    let began: ExampleStart;
    const get = async <Body>(path: string): Promise<Body> => {
      const { status, body } = await call<Body>('GET', path);
      expect([path, status]).toEqual([path, 200]);
      return body;
    };
    const list = async <Item>(path: string): Promise<Item[]> => (await get<Listed<Item>>(path)).items;
    const count = async (sql: string): Promise<number> => {
      const [row] = await app.get(DataSource).query<{ rows: number | string }[]>(sql);
      return Number(row!.rows);
    };

    beforeAll(async () => {
      app = await SampleApp.start(db(), WITH_EXAMPLE);
      call = await app.signIn();
      began = await app.get(ExampleTraffic).start();
    });
    afterAll(() => app?.close());

    it('is made for a tenant without data', () => {
      expect(began).toBe('made');
    });

    it('has figures and latencies of the last hour for the overview', async () => {
      const from = new Date(Date.now() - HOUR_MS).toISOString();
      const { total, pending } = await get<Statistics>(`/webhookstatistics?bucket=minute&from=${from}`);
      const counts = [total.delivered, total.failed, total.retried, total.missed, pending];
      expect(counts.map((each) => each > 5)).toEqual(counts.map(() => true));
      expect(total.attemptMs).not.toBeNull();
    });

    it.each([
      ['failing=true', ['loyalty']],
      ['state=PAUSED', ['warehouse']],
      ['state=DISABLED', ['data-warehouse']],
    ])('has the transports with %s', async (filter, uids) => {
      const found = await list<Transport>(`/httptransports?${filter}`);
      // Accounting is failing for a moment after it has refused an order.
      expect(found.map(({ httpTransportUid }) => httpTransportUid)).toEqual(expect.arrayContaining(uids));
    });

    it.each(['PENDING', 'DELIVERED', 'FAILED', 'MISSED', 'CANCELLED'])(
      'has a delivery with the status %s, with its attempts and its event',
      async (status) => {
        const [delivery] = await list<Delivery>(`/deliveries?status=${status}`);
        const details = await get<{ attempts: object[]; event: { body: { tenant: object } } }>(
          `/deliveries/${delivery!.deliveryUid}`,
        );
        expect(details.attempts).toHaveLength(delivery!.attempts);
        expect(details.event.body.tenant).toMatchObject({ Uid: 'demo' });
      },
    );

    it('says why a delivery failed', async () => {
      const failed = await list<Delivery>(
        '/deliveries?status=FAILED&httpTransportUid=accounting&pageSize=100',
      );
      const all = await Promise.all(
        failed.map(({ deliveryUid }) =>
          get<{ attempts: { responseStatusCode: number; responseBody: string }[] }>(
            `/deliveries/${deliveryUid}`,
          ),
        ),
      );
      const refused = all.find(({ attempts }) => attempts[0]!.responseStatusCode === 422);
      expect(refused!.attempts).toHaveLength(4);
      expect(refused!.attempts[3]!.responseBody).toContain('VAT code 27');
    });

    it('has events of which some have no delivery, and knows the outcome of an event for each webhook', async () => {
      const events = await list<{ eventUid: string; hasDeliveries: boolean }>('/webhookevents?pageSize=100');
      expect(new Set(events.map(({ hasDeliveries }) => hasDeliveries))).toEqual(new Set([true, false]));
      const webhooks = await list<{ outcome: string }>(`/webhookevents/${events.at(-1)!.eventUid}`);
      expect(webhooks.length).toBeGreaterThan(5);
      expect(webhooks.map(({ outcome }) => outcome)).not.toContain('UNKNOWN');
    });

    it('has changes of more than five days in the audit, in the order of their times', async () => {
      const entries = await list<{ kind: string; actor: string; createdAt: string }>(
        '/webhookaudit?pageSize=100',
      );
      const kinds = entries.map(({ kind }) => kind);
      expect(kinds).toEqual(
        expect.arrayContaining([
          'SECRET_ROTATED',
          'TRANSPORT_PAUSED',
          'TRANSPORT_DELETED',
          'RECOVERY_STARTED',
        ]),
      );
      expect(entries.find(({ kind }) => kind === 'TRANSPORT_DISABLED')).toMatchObject({ actor: 'system' });
      const times = entries.map(({ createdAt }) => createdAt);
      expect(times).toEqual([...times].sort().reverse());
      expect(Date.parse(times.at(-1)!)).toBeLessThan(Date.now() - 5 * 24 * HOUR_MS);
    });

    it('has a recovery that sends what failed', async () => {
      const [recovery] = await eventually(async () => {
        const found = await list<{ state: string; requeued: number }>('/webhookrecoveries');
        return found[0]?.state === 'DONE' && found;
      });
      expect(recovery!.requeued).toBeGreaterThan(0);
    });

    it('has rows, statistics and depths of the queue that agree', async () => {
      const from = new Date(Date.now() - 7 * 24 * HOUR_MS).toISOString();
      const rows = async (status: string) =>
        count(`SELECT count(*) AS rows FROM webhook_delivery WHERE status = '${status}'`);
      // Deliveries go on meanwhile, so two readings may differ for a moment.
      await eventually(async () => {
        const { total, pending } = await get<Statistics>(`/webhookstatistics?bucket=day&from=${from}`);
        const counted = { delivered: total.delivered, missed: total.missed, pending };
        const stored = {
          delivered: await rows('DELIVERED'),
          missed: await rows('MISSED'),
          pending: await count('SELECT count(*) AS rows FROM webhook_queue'),
        };
        expect(counted).toEqual(stored);
        return true;
      });
      const early = `SELECT count(*) AS rows FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event_id
        WHERE d.created_at < e.created_at OR d.finished_at < d.created_at OR d.finished_at > ${Date.now()}`;
      expect(await count(early)).toBe(0);
    });

    it('has receivers that work: a transport that is resumed sends its pending deliveries', async () => {
      const pending = async () =>
        (await get<Statistics>('/webhookstatistics?httpTransportUid=warehouse')).pending;
      expect(await pending()).toBeGreaterThan(5);
      await call('POST', '/httptransports/warehouse/resume');
      await eventually(async () => (await pending()) === 0);
    });

    it('continues after a restart with the same transports and the same past', async () => {
      const past = async () => ({
        transports: (await list<Transport>('/httptransports')).map(({ httpTransportUid, url }) => [
          httpTransportUid,
          url,
        ]),
        // Retention deletes older ones.
        events: await count(
          `SELECT count(*) AS rows FROM webhook_event WHERE created_at BETWEEN ${before - HOUR_MS} AND ${before}`,
        ),
        entries: await count(`SELECT count(*) AS rows FROM webhook_audit WHERE created_at < ${before}`),
      });
      const before = Date.now() - HOUR_MS / 60;
      const first = await past();
      await app.close();
      app = await SampleApp.start(db(), WITH_EXAMPLE);
      call = await app.signIn();
      expect(await app.get(ExampleTraffic).start()).toBe('continued');
      expect(await past()).toEqual(first);
    });
  });

  it('is not made for a tenant that has an HTTP transport of its own', async () => {
    const database = await createMigratedDatabase('sqlite');
    const app = await SampleApp.start(database, WITH_EXAMPLE);
    const call = await app.signIn();
    const own = { httpTransportUid: 'own', name: 'Own', url: 'http://127.0.0.1:4000/' };
    expect((await call('POST', '/httptransports', own)).status).toBe(200);
    expect(await app.get(ExampleTraffic).start()).toBe('refused');
    const { body } = await call<Listed<Transport>>('GET', '/httptransports');
    expect(body.items).toHaveLength(1);
    await app.close();
    await database.drop();
  });
});
