import { describe, expect, it } from '@jest/globals';
import { WebhookStatistics } from 'nestjs-tillhook';
import { eachWorker } from '../../support/each-worker.js';

interface Counts {
  delivered: number;
  failed: number;
  retried: number;
  missed: number;
  attemptMs: { p50: number; p95: number; p99: number } | null;
  deliveryMs: { p50: number; p95: number; p99: number } | null;
}
interface Statistics {
  bucket: string;
  items: (Counts & { start: string })[];
  total: Counts;
  pending: number | null;
}

describe('GET /tenants/:t/webhookstatistics', () => {
  eachWorker((scene) => {
    const read = async (query = ''): Promise<Statistics> => {
      const { status, body } = await scene().tenant.api.get<Statistics>(`/webhookstatistics${query}`);
      expect([status, body]).toEqual([200, expect.any(Object)]);
      return body;
    };

    it('counts deliveries, failures, retries and missed deliveries at once, by transport and action', async () => {
      const { tenant, receiver } = scene();
      for (const query of ['', '?httpTransportUid=unknown'])
        expect(await read(query)).toMatchObject({ total: { delivered: 0, missed: 0 }, pending: 0 });
      const transport = await tenant.transport(receiver, { httpTransportUid: 'good' });
      await tenant.emitMany(3);
      await tenant.untilLogged({ status: 'DELIVERED' }, 3);
      receiver.respond({ status: 500 });
      await tenant.emit();
      await tenant.untilLog((log) => expect(log[0]).toMatchObject({ status: 'FAILED', attempts: 4 }));
      const other = await tenant.transport(receiver, { httpTransportUid: 'off' });
      await tenant.api.post(`/httptransports/${other.httpTransportUid}/disable`, {});
      receiver.respond({ status: 204 });
      await tenant.emit();
      await tenant.untilLog((log) => expect(log.filter(({ status }) => status === 'MISSED')).toHaveLength(1));
      await tenant.untilLog((log) =>
        expect(log.filter(({ status }) => status === 'DELIVERED')).toHaveLength(4),
      );

      const all = await read();
      const counts = { delivered: 4, failed: 1, retried: 3, missed: 1 };
      expect(all).toMatchObject({ bucket: 'hour', total: counts, pending: 0 });
      expect(all.items).toHaveLength(25);
      expect(all.items.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(4);
      expect(all.total.deliveryMs!.p50).toBeGreaterThan(0);
      expect(all.total.attemptMs!.p99).toBeGreaterThanOrEqual(all.total.attemptMs!.p50);
      for (const bucket of ['minute', 'day'])
        expect(await read(`?bucket=${bucket}`)).toMatchObject({ total: counts });
      const ofGood = { delivered: 4, failed: 1, retried: 3, missed: 0 };
      expect((await read(`?httpTransportUid=${transport.httpTransportUid}`)).total).toMatchObject(ofGood);
      expect((await read('?httpTransportUid=off&action=ORDER_SETTLED')).total).toMatchObject({
        delivered: 0,
        missed: 1,
      });
      expect((await read('?action=ORDER_SETTLED')).total).toMatchObject(counts);
      expect((await read('?action=PRICE_CHANGED')).total).toMatchObject({ delivered: 0, attemptMs: null });
      expect(await read('?httpTransportUid=unknown')).toMatchObject({ total: { delivered: 0 }, pending: 0 });
      const fromCode = scene().host.app.get(WebhookStatistics, { strict: false });
      expect((await fromCode.read(tenant.tenantUid, { bucket: 'day' })).total).toEqual(
        (await read('?bucket=day')).total,
      );
      await tenant.api.delete('/httptransports/good');
      expect((await read('?httpTransportUid=good')).total).toMatchObject(ofGood);
    });

    it('has the number of pending deliveries of the tenant and of a transport, after each kind of change', async () => {
      const { tenant, receiver } = scene();
      const pending = async (): Promise<(number | null)[]> => {
        const queries = ['', '?httpTransportUid=held', '?httpTransportUid=open', '?action=ORDER_SETTLED'];
        return Promise.all(queries.map(async (query) => (await read(query)).pending));
      };
      await tenant.transport(receiver, { httpTransportUid: 'held' });
      await tenant.transport(receiver, { httpTransportUid: 'open' });
      await tenant.api.post('/httptransports/held/pause', {});
      const eventUid = await tenant.emit();
      await tenant.emitMany(2);
      const delivered = await tenant.untilLog((log) => {
        expect(log).toHaveLength(6);
        expect(log.filter(({ status }) => status === 'DELIVERED')).toHaveLength(3);
      });
      expect(await pending()).toEqual([3, 3, 0, null]);

      await tenant.api.post('/httptransports/open/pause', {});
      const { deliveryUid } = delivered.find(
        (row) => row.status === 'DELIVERED' && row.eventUid !== eventUid,
      )!;
      await tenant.api.post(`/deliveries/${deliveryUid}/redeliver`, {});
      expect(await pending()).toEqual([4, 3, 1, null]);
      await tenant.api.delete(`/webhookevents/${eventUid}/payload`);
      expect(await pending()).toEqual([3, 2, 1, null]);
      await tenant.api.delete('/httptransports/held');
      expect(await pending()).toEqual([1, 0, 1, null]);
    });

    it.each([
      [
        'the start of the period is not before its end',
        '?from=2026-03-14T10:00:00Z&to=2026-03-14T10:00:00Z',
        'from must be before to',
      ],
      [
        'there are too many buckets',
        '?bucket=minute&from=2026-01-01T00:00:00Z&to=2026-03-14T10:00:00Z',
        'buckets',
      ],
      ['the bucket is unknown', '?bucket=week', 'bucket must be one of'],
    ])('responds with 400 if %s', async (_what, query, message) => {
      const { status, body } = await scene().tenant.api.get<{ message: string[] }>(
        `/webhookstatistics${query}`,
      );
      expect([status, body.message.join()]).toEqual([400, expect.stringContaining(message)]);
    });
  });
});
