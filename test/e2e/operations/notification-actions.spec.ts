import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhookNotifications, type WebhookEmitter } from 'nestjs-tillhook';
import { createMigratedDatabase, eachDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { jsonOf, Receiver, verifySignature } from '../../support/receiver.js';
import { TenantClient, type ApiTransport } from '../../support/tenant-client.js';
import { DATABASE_KINDS } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';

interface Item {
  readonly action: string;
}

const WEBHOOKS = {
  retryScheduleMs: [50, 50],
  circuitFailures: 2,
  circuitCoolDownMs: 100,
  disableAfterHours: 1,
  maxPendingDeliveriesPerTenant: 1_000,
};

describe('notifications as actions', () => {
  eachDatabase((database) => {
    let host: TestHost;
    /** Administers, and delivers nothing. */
    let admin: TestHost;
    let receiver: Receiver;
    let alarms: Receiver;
    let tenant: TenantClient;

    beforeAll(async () => {
      [receiver, alarms] = await Promise.all([Receiver.start(), Receiver.start()]);
      host = await TestHost.start({ database: database(), webhooks: WEBHOOKS });
      admin = await TestHost.start({ database: database(), webhooks: { ...WEBHOOKS, worker: false } });
    });
    afterAll(async () => {
      await admin?.close();
      await host?.close();
      await receiver?.close();
      await alarms?.close();
    });
    beforeEach(() => {
      receiver.reset();
      alarms.reset();
      tenant = new TenantClient(admin);
    });

    /** A transport that receives every notification of the tenant, and nothing else. */
    const alarmTransport = (): Promise<ApiTransport> => tenant.transport(alarms, {}, { action: 'WEBHOOK_*' });
    const received = (): Record<string, object> =>
      Object.fromEntries(
        alarms.requests.map((request): [string, object] => [
          String(request.headers['x-webhook-action']),
          jsonOf(request),
        ]),
      );
    const untilReceived = (...actions: string[]): Promise<unknown> =>
      eventually(() => {
        expect(alarms.requests.map(({ headers }) => headers['x-webhook-action']).sort()).toEqual(
          actions.sort(),
        );
        return true;
      });
    /** The actions of all events of the tenant, oldest first. */
    const events = async (): Promise<string[]> =>
      (await tenant.api.get<{ items: Item[] }>('/webhookevents?pageSize=100')).body.items
        .map(({ action }) => action)
        .reverse();

    it('are in the catalog, and the application cannot emit them', async () => {
      const { body } = await tenant.api.get<{ items: (Item & { description: string; example: object })[] }>(
        '/webhookactions?pageSize=100',
      );
      const own = body.items.filter(({ action }) => action.startsWith('WEBHOOK_'));
      expect(own).toHaveLength(8);
      expect(own[0]).toEqual({
        action: 'WEBHOOK_DELIVERY_EXHAUSTED',
        description: expect.stringMatching(/\.$/),
        example: expect.objectContaining({ httpTransport: { Uid: 'web-shop' } }),
      });
      const emitter = host.emitter as WebhookEmitter<
        Record<string, { description: string; example: object }>
      >;
      await expect(
        emitter.emit('WEBHOOK_TRANSPORT_DISABLED', {}, { tenantUid: tenant.tenantUid }),
      ).rejects.toMatchObject({ code: 'UNKNOWN_ACTION', message: expect.stringContaining('reserved') });
    });

    it('report a receiver that responds with 410, signed and in the format of all events', async () => {
      const { signingSecret } = await alarmTransport();
      const { httpTransportUid } = await tenant.transport(receiver);
      receiver.respond({ status: 410 });
      const eventUid = await tenant.emit();
      await untilReceived('WEBHOOK_DELIVERY_EXHAUSTED', 'WEBHOOK_TRANSPORT_DISABLED');
      const about = { tenant: { Uid: tenant.tenantUid }, at: expect.any(String) };
      const httpTransport = { Uid: httpTransportUid };
      expect(received()).toEqual({
        WEBHOOK_TRANSPORT_DISABLED: {
          action: 'WEBHOOK_TRANSPORT_DISABLED',
          ...about,
          httpTransport,
          reason: 'GONE',
        },
        WEBHOOK_DELIVERY_EXHAUSTED: {
          action: 'WEBHOOK_DELIVERY_EXHAUSTED',
          ...about,
          httpTransport,
          delivery: { Uid: expect.stringMatching(/^dlv_/) },
          event: { Uid: eventUid, action: 'ORDER_SETTLED' },
          attempt: 1,
          reason: 'GONE',
          responseStatusCode: 410,
          errorCode: null,
        },
      });
      for (const request of alarms.requests) verifySignature(request, signingSecret!);
    });

    it('report a failing transport once, and its recovery', async () => {
      await alarmTransport();
      const { httpTransportUid } = await tenant.transport(receiver);
      receiver.respondNext({ status: 500 }, { status: 500 });
      await tenant.emit();
      await untilReceived('WEBHOOK_TRANSPORT_FAILING', 'WEBHOOK_TRANSPORT_RECOVERED');
      expect(received()['WEBHOOK_TRANSPORT_FAILING']).toMatchObject({
        httpTransport: { Uid: httpTransportUid },
        cause: 'CIRCUIT_OPENED',
        share: null,
        failingSince: expect.any(String),
        disabledAt: expect.any(String),
      });
    });

    it('report commands and rotations of another process, once each', async () => {
      await alarmTransport();
      const { httpTransportUid } = await tenant.transport(receiver);
      const path = `/httptransports/${httpTransportUid}`;
      await tenant.api.post(`${path}/rotatesecret`, { overlapHours: 2 });
      for (let count = 0; count < 2; count += 1)
        await tenant.api.post(`${path}/disable`, { reason: 'Moved' });
      await untilReceived('WEBHOOK_SECRET_ROTATED', 'WEBHOOK_TRANSPORT_DISABLED');
      expect(received()['WEBHOOK_TRANSPORT_DISABLED']).toMatchObject({ reason: 'Moved' });
      expect(JSON.stringify(received())).not.toContain('whsec_');
    });

    it('report a tenant that is near its quota', async () => {
      await alarmTransport();
      const { httpTransportUid } = await tenant.transport(receiver);
      await tenant.api.post(`/httptransports/${httpTransportUid}/pause`, {});
      await tenant.emitMany(850);
      // Fan-out counts the deliveries of a tenant at most every two seconds, as long as it stays below its quota.
      await eventually(async () => (await tenant.emit()) && alarms.requests.length > 0);
      await untilReceived('WEBHOOK_QUOTA_NEAR');
      expect(received()['WEBHOOK_QUOTA_NEAR']).toMatchObject({ used: expect.any(Number), limit: 1_000 });
    });

    it('are not emitted for a tenant whose webhooks have the action *', async () => {
      await tenant.transport(alarms);
      await tenant.transport(receiver);
      receiver.respond({ status: 410 });
      await tenant.emit();
      await tenant.untilLog((log) =>
        expect(log.map(({ status }) => status).sort()).toEqual(['DELIVERED', 'FAILED']),
      );
      expect(await events()).toEqual(['ORDER_SETTLED']);
    });

    it('do not cause each other if the transport that receives them fails', async () => {
      const transport = await tenant.transport(receiver, { retryScheduleSeconds: [] });
      await tenant.webhook(transport, { action: 'WEBHOOK_*' });
      receiver.respond({ status: 500 });
      await tenant.emit();
      // The failed notification opens the circuit, which is reported with the next failure of another event.
      await tenant.untilLogged({ status: 'FAILED' }, 2, 20_000);
      await tenant.emit();
      await tenant.untilLogged({ status: 'FAILED' }, 5, 20_000);
      expect((await events()).sort()).toEqual([
        'ORDER_SETTLED',
        'ORDER_SETTLED',
        'WEBHOOK_DELIVERY_EXHAUSTED',
        'WEBHOOK_DELIVERY_EXHAUSTED',
        'WEBHOOK_TRANSPORT_FAILING',
      ]);
      receiver.respond({ status: 410 });
      await tenant.emit();
      await eventually(async () => (await tenant.get(transport)).state === 'DISABLED');
      await tenant.untilLog((log) =>
        expect(log.slice(0, 3).map(({ status }) => status)).toEqual(['MISSED', 'MISSED', 'FAILED']),
      );
      expect((await events()).slice(-3).sort()).toEqual([
        'ORDER_SETTLED',
        'WEBHOOK_DELIVERY_EXHAUSTED',
        'WEBHOOK_TRANSPORT_DISABLED',
      ]);
    });
  });
});

describe.each(DATABASE_KINDS)('the end of an overlap of secrets, on %s,', (kind) => {
  it('is notified once by several processes, although none ran when it was due', async () => {
    const database = await createMigratedDatabase(kind);
    const alarms = await Receiver.start();
    const admin = await TestHost.start({ database, webhooks: { worker: false } });
    const workers: TestHost[] = [];
    try {
      const tenant = new TenantClient(admin);
      const transport = await tenant.transport(alarms, {}, { action: 'WEBHOOK_SECRET_OVERLAP_ENDING' });
      await tenant.api.post(`/httptransports/${transport.httpTransportUid}/rotatesecret`, {
        overlapHours: 6,
      });
      const [row] = await admin.dataSource.query<{ at: string | number; secrets: string }[]>(
        'SELECT overlap_notice_at AS at, signing_secrets AS secrets FROM webhook_http_transport',
      );
      const end = Math.max(
        ...(JSON.parse(row!.secrets) as { expiresAt: number | null }[]).map(
          ({ expiresAt }) => expiresAt ?? 0,
        ),
      );
      expect(Math.abs(end - Number(row!.at) - 3 * 3_600_000)).toBeLessThan(1_000);
      await admin.dataSource.query('UPDATE webhook_http_transport SET overlap_notice_at = 1');

      const seen: string[] = [];
      const webhooks = {
        notificationListener: {
          useValue: { onNotification: ({ type }: { type: string }) => void seen.push(type) },
        },
      };
      workers.push(
        await TestHost.start({ database, webhooks }),
        await TestHost.start({ database, webhooks }),
      );
      const [request] = await alarms.waitFor(1);
      expect(jsonOf(request!)).toMatchObject({
        action: 'WEBHOOK_SECRET_OVERLAP_ENDING',
        httpTransport: { Uid: transport.httpTransportUid },
        overlapEndsAt: new Date(end).toISOString(),
      });
      await eventually(() => seen.includes('deliverySucceeded'));
      expect(seen.filter((type) => type === 'secretOverlapEnding')).toHaveLength(1);
      expect(workers[0]!.app.get(WebhookNotifications, { strict: false })).toBeDefined();
      expect(await tenant.log()).toHaveLength(1);
    } finally {
      for (const worker of workers) await worker.close();
      await admin.close();
      await alarms.close();
      await database.drop();
    }
  });
});
