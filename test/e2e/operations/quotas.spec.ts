import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiClient, ApiResponse } from '../../support/api-client.js';
import { eachHost, newTenant } from '../../support/each-host.js';

const transport = { name: 'ERP', url: 'https://erp.example.com' };
const webhook = { action: 'ORDER_SETTLED' };

type QuotaResponse = ApiResponse<{ code?: string; message?: string[] }>;

describe('the quotas of a tenant', () => {
  eachHost(
    (host) => {
      let api: ApiClient;
      beforeEach(() => {
        api = host().api(newTenant());
      });

      const createTransport = (httpTransportUid?: string): Promise<QuotaResponse> =>
        api.post('/httptransports', { ...transport, ...(httpTransportUid && { httpTransportUid }) });
      const createWebhook = (of: string, webhookUid?: string): Promise<QuotaResponse> =>
        api.post(`/httptransports/${of}/webhooks`, { ...webhook, ...(webhookUid && { webhookUid }) });
      const countOf = async (path: string): Promise<number> =>
        (await api.get<{ paging: { totalCount: number } }>(path)).body.paging.totalCount;
      const outcomes = (responses: QuotaResponse[]): string[] =>
        responses.map(({ status, body }) => `${status} ${body.code ?? ''}`.trim()).sort();

      it('permit as many HTTP transports as allowed and not one more, also all at once', async () => {
        const responses = await Promise.all(Array.from({ length: 12 }, () => createTransport()));
        expect(outcomes(responses)).toEqual([
          ...Array.from({ length: 4 }, () => '200'),
          ...Array.from({ length: 8 }, () => '409 QUOTA_EXCEEDED'),
        ]);
        expect(await countOf('/httptransports')).toBe(4);
        const [lanes] = await host().dataSource.query<{ unused: number | string }[]>(
          `SELECT count(*) AS unused FROM webhook_lane l
            WHERE NOT EXISTS (SELECT 1 FROM webhook_http_transport t WHERE t.id = l.transport_id)`,
        );
        expect(Number(lanes!.unused)).toBe(0);
      });

      it('count webhooks over all HTTP transports of the tenant', async () => {
        await createTransport('a');
        await createTransport('b');
        const responses = await Promise.all(
          Array.from({ length: 12 }, (_, index) => createWebhook(index % 2 === 0 ? 'a' : 'b')),
        );
        expect(outcomes(responses)).toEqual([
          ...Array.from({ length: 6 }, () => '200'),
          ...Array.from({ length: 6 }, () => '409 QUOTA_EXCEEDED'),
        ]);
        expect(await countOf('/webhooks')).toBe(6);
      });

      it('name the limit that is reached', async () => {
        for (const uid of ['a', 'b', 'c', 'd']) await createTransport(uid);
        for (let count = 0; count < 6; count += 1) await createWebhook('a');
        const responses = [await createTransport('e'), await createWebhook('b')];
        expect(responses.map(({ body }) => body)).toEqual([
          {
            statusCode: 409,
            error: 'Conflict',
            code: 'QUOTA_EXCEEDED',
            message: [expect.stringMatching(/maxTransportsPerTenant is 4\b/)],
          },
          {
            statusCode: 409,
            error: 'Conflict',
            code: 'QUOTA_EXCEEDED',
            message: [expect.stringMatching(/maxWebhooksPerTenant is 6\b/)],
          },
        ]);
      });

      it('are separate for each tenant, and a deletion permits a new creation', async () => {
        for (const uid of ['a', 'b', 'c', 'd']) await createTransport(uid);
        expect((await createTransport('e')).status).toBe(409);
        const other = await host().api(newTenant()).post('/httptransports', transport);
        expect(other.status).toBe(200);
        await api.delete('/httptransports/a');
        expect((await createTransport('e')).status).toBe(200);
      });

      it('do not hide that a uid is taken: a repeated creation gets UID_TAKEN even if the quota is reached', async () => {
        for (const uid of ['a', 'b', 'c', 'd']) await createTransport(uid);
        for (let count = 0; count < 6; count += 1) await createWebhook('a', `w-${count}`);
        expect((await createTransport('d')).body.code).toBe('UID_TAKEN');
        expect((await createWebhook('a', 'w-5')).body.code).toBe('UID_TAKEN');
      });
    },
    { worker: false, maxTransportsPerTenant: 4, maxWebhooksPerTenant: 6 },
  );
});
