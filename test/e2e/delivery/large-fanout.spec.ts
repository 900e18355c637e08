import { describe, expect, it } from '@jest/globals';
import { eachWorker } from '../../support/each-worker.js';
import { eventually } from '../../support/eventually.js';

/** The poll interval, in ms: far longer than the test waits. */
const RARE_POLL_MS = 60_000;
/** Together more deliveries than fan-out creates for a tenant in one round, from fewer events than it reads at a time. */
const [TRANSPORTS, EVENTS] = [3, 400];

describe('fan-out', () => {
  eachWorker(
    (scene) => {
      it('continues at once if a tenant has more deliveries than one round creates', async () => {
        const { host, receiver, tenant } = scene();
        for (let index = 0; index < TRANSPORTS; index++) {
          const transport = await tenant.transport(receiver);
          await tenant.api.request('POST', `/httptransports/${transport.httpTransportUid}/pause`);
        }
        await tenant.emitMany(EVENTS);
        await eventually(
          async () => {
            const sql = `SELECT count(*) AS events FROM webhook_outbox WHERE tenant_uid = '${tenant.tenantUid}'`;
            const [row] = await host.dataSource.query<{ events: number | string }[]>(sql);
            return Number(row?.events) === 0;
          },
          { what: 'the outbox to be empty', withinMs: 5_000 },
        );
        const { body } = await tenant.api.get<{ pendingDeliveries: { used: number } }>('/quotas');
        expect(body.pendingDeliveries.used).toBe(TRANSPORTS * EVENTS);
      });
    },
    { pollMs: RARE_POLL_MS },
  );
});
