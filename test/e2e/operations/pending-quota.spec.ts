import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhooksHealth } from 'nestjs-tillhook';
import { eachDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { LogCapture } from '../../support/log-capture.js';
import { Receiver } from '../../support/receiver.js';
import { TenantClient, type ApiTransport } from '../../support/tenant-client.js';
import { TestHost } from '../../support/test-host.js';

const LIMIT = 20;

interface Quotas {
  transports: { used: number; limit: number };
  webhooks: { used: number; limit: number };
  pendingDeliveries: { used: number; limit: number };
}

const pendingOf = async (tenant: TenantClient): Promise<number> =>
  (await tenant.api.get<Quotas>('/quotas')).body.pendingDeliveries.used;

/** Waits until no expectation fails. */
const untilPasses = async (check: () => Promise<void>): Promise<void> => {
  await eventually(async () => {
    await check();
    return true;
  });
};

const command = async (
  tenant: TenantClient,
  { httpTransportUid }: ApiTransport,
  name: string,
): Promise<void> => {
  const { status } = await tenant.api.request('POST', `/httptransports/${httpTransportUid}/${name}`);
  expect([name, status]).toEqual([name, 200]);
};

describe('the quota of pending deliveries', () => {
  eachDatabase((database) => {
    let host: TestHost;
    let logger: LogCapture;
    let receiver: Receiver;
    let tenant: TenantClient;

    beforeAll(async () => {
      logger = new LogCapture();
      host = await TestHost.start({
        database: database(),
        logger,
        webhooks: {
          maxPendingDeliveriesPerTenant: LIMIT,
          // Without a circuit, because its pauses are longer than a test waits.
          circuitFailures: 0,
          retryScheduleMs: [60, 60],
          timeoutMs: 2_000,
          leaseMs: 6_000,
        },
      });
    });
    beforeEach(async () => {
      receiver = await Receiver.start();
      tenant = new TenantClient(host);
    });
    afterEach(() => receiver.close());
    afterAll(() => host.close());

    /** Waits until the count is this, and the queue has as many. */
    const untilPending = (expected: number, of = tenant): Promise<void> =>
      untilPasses(async () => {
        expect(await pendingOf(of)).toBe(expected);
        const log = await of.log('&status=PENDING');
        expect(log).toHaveLength(expected);
      });
    const logged = async (): Promise<string[]> =>
      (await tenant.log()).map(({ status, reason }) => [status, reason].filter(Boolean).join(' ')).reverse();
    const times = (count: number, text: string): string[] => Array.from({ length: count }, () => text);

    it('lets a tenant emit beyond it: the deliveries beyond it are MISSED with a reason, and other tenants are not affected', async () => {
      const transport = await tenant.transport(receiver);
      await command(tenant, transport, 'pause');
      await tenant.emitMany(LIMIT - 5);
      await untilPending(LIMIT - 5);
      await tenant.emitMany(12);
      await tenant.emit();
      await untilPasses(async () => expect(await logged()).toHaveLength(LIMIT + 8));
      expect(await logged()).toEqual([...times(LIMIT, 'PENDING'), ...times(8, 'MISSED QUOTA_EXCEEDED')]);
      expect((await tenant.api.get('/quotas')).body).toEqual({
        transports: { used: 1, limit: 1_000 },
        webhooks: { used: 1, limit: 10_000 },
        pendingDeliveries: { used: LIMIT, limit: LIMIT },
      });

      // A redelivery is accepted all the same.
      const [missed] = await tenant.log('&status=MISSED');
      const { status } = await tenant.api.request('POST', `/deliveries/${missed!.deliveryUid}/redeliver`);
      expect(status).toBe(202);
      await untilPending(LIMIT + 1);

      const other = new TenantClient(host);
      await other.transport(receiver);
      await other.emitMany(LIMIT);
      await other.untilLogged({ status: 'DELIVERED' }, LIMIT);
      await untilPending(0, other);

      await command(tenant, transport, 'resume');
      await untilPending(0);
      expect((await logged()).sort()).toEqual([
        ...times(LIMIT + 1, 'DELIVERED'),
        ...times(7, 'MISSED QUOTA_EXCEEDED'),
      ]);
      await tenant.emitMany(LIMIT);
      await receiver.waitFor(3 * LIMIT + 1);
      await untilPending(0);
      expect((await logged()).slice(LIMIT + 8)).toEqual(times(LIMIT, 'DELIVERED'));
    });

    it('is reported to the operator, once and with a remedy, and shown in health', async () => {
      await command(tenant, await tenant.transport(receiver), 'pause');
      const warnings = (): string[] => logger.at('warn', new RegExp(`"${tenant.tenantUid}".*QUOTA_EXCEEDED`));
      const health = host.app.get(WebhooksHealth, { strict: false });
      const before = (await health.check()).worker.tenantsOverQuota;
      await tenant.emitMany(LIMIT);
      await untilPending(LIMIT);
      expect(warnings()).toEqual([]);
      for (let n = 1; n <= 3; n++) {
        await tenant.emit();
        await untilPasses(async () => expect(await logged()).toHaveLength(LIMIT + n));
      }
      expect(warnings()).toEqual([
        expect.stringMatching(
          new RegExp(
            `has ${LIMIT} deliveries pending, and maxPendingDeliveriesPerTenant is ${LIMIT}.*disable or delete.*raise the option`,
          ),
        ),
      ]);
      expect(await health.check()).toMatchObject({ status: 'ok', worker: { tenantsOverQuota: before + 1 } });
    });

    it('applies to all HTTP transports of the tenant together', async () => {
      const [down, up] = [await tenant.transport(receiver), await tenant.transport(receiver)];
      await command(tenant, down, 'pause');
      await tenant.emitMany(LIMIT / 2);
      await receiver.waitFor(LIMIT / 2);
      await untilPending(LIMIT / 2);
      await tenant.emitMany(LIMIT);
      await untilPasses(async () => expect(await logged()).toHaveLength(3 * LIMIT));
      const missed = await tenant.log('&status=MISSED');
      expect(missed).toHaveLength(2 * LIMIT - LIMIT / 2);
      expect(new Set(missed.map(({ httpTransportUid }) => httpTransportUid))).toEqual(
        new Set([down.httpTransportUid, up.httpTransportUid]),
      );
    });

    describe('counts a delivery', () => {
      it('until it is delivered', async () => {
        receiver.respond({ status: 204, delayMs: 300 });
        await tenant.transport(receiver);
        await tenant.emitMany(3);
        await untilPending(3);
        await untilPending(0);
      });

      it('while it waits to be tried again, and until it has failed', async () => {
        receiver.respond({ status: 500 });
        const patient = await tenant.transport(receiver, { retryScheduleSeconds: [3_600] });
        await tenant.emitMany(4);
        await receiver.waitFor(4);
        await untilPending(4);
        await tenant.patch(patient, { retryScheduleSeconds: [] });
        const hasty = new TenantClient(host);
        await hasty.transport(receiver);
        await hasty.emitMany(4);
        await hasty.untilLogged({ status: 'FAILED', reason: 'EXHAUSTED', attempts: 3 }, 4);
        await untilPending(0, hasty);
        await untilPending(4);
      });

      it('while it waits behind an earlier one of its ordering key', async () => {
        receiver.respond({ status: 500 });
        const transport = await tenant.transport(receiver, { retryScheduleSeconds: [1] }, { ordered: true });
        await tenant.emitMany(5, { orderingKey: 'till-1' });
        await receiver.waitFor(1);
        await untilPending(5);
        receiver.respond({ status: 204 });
        await receiver.waitFor(6);
        await untilPending(0);
        await command(tenant, transport, 'disable');
      });

      it('while its transport is disabled, but none that is MISSED because of that', async () => {
        const transport = await tenant.transport(receiver);
        await command(tenant, transport, 'pause');
        await tenant.emitMany(3);
        await untilPending(3);
        await command(tenant, transport, 'disable');
        await tenant.emitMany(LIMIT);
        await untilPasses(async () => expect(await logged()).toHaveLength(LIMIT + 3));
        expect((await logged()).slice(3)).toEqual(times(LIMIT, 'MISSED TRANSPORT_DISABLED'));
        await untilPending(3);
        await command(tenant, transport, 'enable');
        await untilPending(0);
      });

      it('until a 410 ends it, and goes on counting those that wait behind it', async () => {
        receiver.respondNext({ status: 410 });
        const transport = await tenant.transport(receiver, { maxConcurrency: 1 });
        await tenant.emitMany(3);
        await untilPasses(async () => expect((await tenant.get(transport)).state).toBe('DISABLED'));
        await untilPending(2);
      });

      it('until its transport is deleted', async () => {
        const transport = await tenant.transport(receiver);
        await command(tenant, transport, 'pause');
        await tenant.emitMany(LIMIT);
        await untilPending(LIMIT);
        await tenant.api.delete(`/httptransports/${transport.httpTransportUid}`);
        expect(await pendingOf(tenant)).toBe(0);
        await tenant.transport(receiver);
        await tenant.emit();
        await receiver.waitFor(1);
        await untilPending(0);
      });
    });
  });
});
