import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import {
  HttpTransports,
  WebhookDeliveries,
  WebhookNotifications,
  type WebhookNotification,
  type WebhookNotificationListener,
  type WebhookNotificationType,
} from 'nestjs-tillhook';
import { map, mergeMap, type Subscription } from 'rxjs';
import { createMigratedDatabase, eachDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { LogCapture } from '../../support/log-capture.js';
import { jsonOf, Receiver } from '../../support/receiver.js';
import { TenantClient } from '../../support/tenant-client.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost, type TestHostOptions } from '../../support/test-host.js';

const notificationsOf = (host: TestHost): WebhookNotifications =>
  host.app.get(WebhookNotifications, { strict: false });

describe('notifications', () => {
  eachDatabase((database) => {
    let host: TestHost;
    let receiver: Receiver;
    let tenant: TenantClient;
    let seen: WebhookNotification[];
    let subscription: Subscription;

    beforeAll(async () => {
      receiver = await Receiver.start();
      host = await TestHost.start({
        database: database(),
        webhooks: {
          retryScheduleMs: [50, 50],
          circuitFailures: 2,
          circuitCoolDownMs: 100,
          disableAfterHours: 1,
          maxPendingDeliveriesPerTenant: 10,
        },
      });
    });
    afterAll(async () => {
      await host?.close();
      await receiver?.close();
    });
    beforeEach(() => {
      receiver.reset();
      tenant = new TenantClient(host);
      seen = [];
      const { tenantUid } = tenant;
      subscription = notificationsOf(host).all$.subscribe((notification) => {
        if (notification.tenantUid === tenantUid) seen.push(notification);
      });
    });
    afterEach(() => subscription.unsubscribe());

    const until = (...types: WebhookNotificationType[]): Promise<unknown> =>
      eventually(() => {
        expect(seen.map(({ type }) => type)).toEqual(types);
        return true;
      });

    it('report a delivery that succeeded, when the log has it', async () => {
      const { httpTransportUid } = await tenant.transport(receiver);
      const deliveries = host.app.get(WebhookDeliveries, { strict: false });
      const statuses: Promise<string>[] = [];
      const reading = notificationsOf(host)
        .of('deliverySucceeded')
        .subscribe(({ tenantUid, deliveryUid }) => {
          statuses.push(deliveries.get(tenantUid, deliveryUid).then(({ status }) => status));
        });
      const eventUid = await tenant.emit();
      await until('deliverySucceeded');
      reading.unsubscribe();
      expect(await Promise.all(statuses)).toEqual(['DELIVERED']);
      const { deliveryUid } = (await tenant.log())[0]!;
      expect(seen).toEqual([
        {
          type: 'deliverySucceeded',
          at: expect.any(Date),
          tenantUid: tenant.tenantUid,
          httpTransportUid,
          deliveryUid,
          eventUid,
          action: 'ORDER_SETTLED',
          attempt: 1,
          durationMs: expect.any(Number),
          responseStatusCode: 204,
          errorCode: null,
        },
      ]);
    });

    it('report each failed attempt, and after the last one the failure of the delivery', async () => {
      await tenant.transport(receiver);
      receiver.respond({ status: 500 });
      await tenant.emit();
      await until('deliveryFailed', 'deliveryFailed', 'transportFailing', 'deliveryExhausted');
      const [first, second, failing, last] = seen;
      expect(first).toMatchObject({ attempt: 1, responseStatusCode: 500, nextAttemptAt: expect.any(Date) });
      expect(second).toMatchObject({ attempt: 2 });
      expect(failing).toMatchObject({ cause: 'CIRCUIT_OPENED', failingSince: expect.any(Date) });
      if (failing?.type !== 'transportFailing') throw new Error('It narrows by type.');
      expect(failing.disabledAt.getTime() - failing.failingSince.getTime()).toBe(3_600_000);
      expect(last).toMatchObject({ attempt: 3, reason: 'EXHAUSTED' });
    });

    it('report a receiver that does not respond, with the error code of the attempt', async () => {
      await tenant.transport(receiver, { retryScheduleSeconds: [] });
      receiver.respond('reset');
      await tenant.emit();
      await until('deliveryExhausted');
      expect(seen[0]).toMatchObject({ responseStatusCode: null, errorCode: 'CONNECTION_RESET' });
    });

    it('report a transport that recovers after its circuit was open, and not one that recovers from a single failure', async () => {
      await tenant.transport(receiver);
      receiver.respondNext({ status: 500 });
      await tenant.emit();
      await until('deliveryFailed', 'deliverySucceeded');
      receiver.respondNext({ status: 500 }, { status: 500 });
      await tenant.emit();
      const [failed, succeeded] = ['deliveryFailed', 'deliverySucceeded'] as const;
      await until(failed, succeeded, failed, failed, 'transportFailing', succeeded, 'transportRecovered');
      expect(seen.at(-1)).toMatchObject({ failingSince: expect.any(Date) });
    });

    it('report once a transport that the receiver disables, when the database has it', async () => {
      const { httpTransportUid } = await tenant.transport(receiver);
      const transports = host.app.get(HttpTransports, { strict: false });
      const states: Promise<string>[] = [];
      const reading = notificationsOf(host)
        .of('transportDisabled')
        .subscribe((disabled) => {
          states.push(
            transports.get(disabled.tenantUid, disabled.httpTransportUid).then(({ state }) => state),
          );
        });
      receiver.respond({ status: 410, delayMs: 50 });
      await tenant.emitMany(3);
      const ofType = (type: string) => seen.filter((notification) => notification.type === type);
      await eventually(
        () => ofType('transportDisabled').length > 0 && ofType('deliveryExhausted').length === 3,
      );
      reading.unsubscribe();
      expect(await Promise.all(states)).toEqual(['DISABLED']);
      expect(ofType('transportDisabled')).toEqual([
        {
          type: 'transportDisabled',
          at: expect.any(Date),
          tenantUid: tenant.tenantUid,
          httpTransportUid,
          reason: 'GONE',
        },
      ]);
    });

    it('report a transport that somebody disables, and a rotated secret, once each', async () => {
      const transport = await tenant.transport(receiver);
      const path = `/httptransports/${transport.httpTransportUid}`;
      await tenant.api.post(`${path}/disable`, { reason: 'Moved' });
      await tenant.api.post(`${path}/disable`, { reason: 'Moved away' });
      await tenant.api.post(`${path}/rotatesecret`, { overlapHours: 2 });
      await tenant.api.post(`${path}/rotatesecret`, { overlapHours: 0 });
      await until('transportDisabled', 'secretRotated', 'secretRotated');
      const [disabled, ...rotated] = seen;
      expect(disabled).toMatchObject({ reason: 'Moved' });
      const overlaps = rotated.map((notification) =>
        notification.type === 'secretRotated'
          ? notification.overlapEndsAt.getTime() - notification.at.getTime()
          : NaN,
      );
      expect(overlaps).toEqual([7_200_000, 0]);
      expect(JSON.stringify(seen)).not.toContain('whsec_');
    });

    it('report once a tenant that is near its quota of pending deliveries', async () => {
      const transport = await tenant.transport(receiver);
      await tenant.api.post(`/httptransports/${transport.httpTransportUid}/pause`, {});
      await tenant.emitMany(9);
      await tenant.untilLogged({ status: 'PENDING' }, 9);
      await tenant.emitMany(4);
      await tenant.untilLog((log) => expect(log).toHaveLength(13));
      await until('quotaNear');
      expect(seen[0]).toMatchObject({ quota: 'maxPendingDeliveriesPerTenant', used: 9, limit: 10 });
    });
  });
});

/** A listener that blocks the event loop for `ms` at the first of each `calls` calls. */
function blockingEach(calls: number, ms: number): () => void {
  let count = 0;
  const never = new Int32Array(new SharedArrayBuffer(4));
  return () => {
    if (count++ % calls === 0) Atomics.wait(never, 0, 0, ms);
  };
}

/** About twice the requests that a process has in flight at once. */
const DELIVERIES = 120;

/** Harmful behaviours of a listener of the host, each with a text that the log must contain; undefined: none. */
const HARMFUL: [what: string, (notification: WebhookNotification) => unknown, logged: RegExp | undefined][] =
  [
    [
      'throws',
      () => {
        throw new Error('thrown by a listener');
      },
      /thrown by a listener/,
    ],
    ['rejects', () => Promise.reject(new Error('rejected by a listener')), /rejected by a listener/],
    ['never resolves', () => new Promise(() => undefined), undefined],
    ['takes long', () => new Promise((resolve) => setTimeout(resolve, 2_000)), undefined],
    ['blocks the event loop', blockingEach(50, 500), undefined],
  ];

// The calls of a listener do not depend on the database.
describe('listeners and subscribers of notifications', () => {
  let database: TestDatabase;
  let receiver: Receiver;
  let host: TestHost;
  let logger: LogCapture;

  beforeAll(async () => {
    database = await createMigratedDatabase('sqlite');
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    receiver = await Receiver.start();
    logger = new LogCapture();
  });
  afterEach(async () => {
    await host.close();
    await receiver.close();
  });

  const start = async (webhooks: TestHostOptions['webhooks'] = {}): Promise<void> => {
    host = await TestHost.start({ database, webhooks, logger });
  };
  /** Every delivery succeeds at its first attempt, and each is sent once. */
  const expectUnharmed = async (): Promise<void> => {
    const tenant = new TenantClient(host);
    await tenant.transport(receiver);
    await tenant.emitMany(DELIVERIES);
    await receiver.waitFor(DELIVERIES, 30_000);
    await eventually(async () => {
      const { items } = await host.app
        .get(WebhookDeliveries, { strict: false })
        .list(tenant.tenantUid, { status: 'PENDING' });
      return items.length === 0;
    });
    const orders = receiver.requests.map(
      (request) => (jsonOf(request) as { order: { Uid: string } }).order.Uid,
    );
    expect(new Set(orders).size).toBe(DELIVERIES);
    expect(orders).toHaveLength(DELIVERIES);
    const [first] = await tenant.log();
    expect(first).toMatchObject({ status: 'DELIVERED', attempts: 1 });
  };

  it.each(HARMFUL)('a listener that %s harms no delivery', async (_what, onNotification, logged) => {
    const listener = { onNotification } as WebhookNotificationListener;
    await start({ notificationListener: { useValue: listener } });
    await expectUnharmed();
    if (logged) expect(logger.at('warn', logged)).toHaveLength(1);
  });

  it.each(HARMFUL)(
    'subscribers that behave in the same way harm no delivery: %s',
    async (_what, handler, logged) => {
      await start();
      const { all$ } = notificationsOf(host);
      const subscriptions = [
        all$.subscribe(handler),
        all$.subscribe({ next: handler }),
        all$.pipe(map((notification) => notification)).subscribe(handler),
      ];
      await expectUnharmed();
      for (const subscription of subscriptions) subscription.unsubscribe();
      if (logged) expect(logger.at('warn', logged)).toHaveLength(1);
    },
  );

  it('a subscriber whose RxJS operator fails harms no delivery, and the log has the failure', async () => {
    await start();
    const subscription = notificationsOf(host)
      .all$.pipe(mergeMap(() => Promise.reject(new Error('rejected in an operator'))))
      .subscribe();
    await expectUnharmed();
    expect(logger.at('warn', /rejected in an operator/)).toHaveLength(1);
    expect(subscription.closed).toBe(true);
  });

  it('a listener is a provider with injected dependencies, called with one notification after the other', async () => {
    const calls: { type: string; name: string; running: number }[] = [];
    let running = 0;

    @Injectable()
    class Listener implements WebhookNotificationListener {
      constructor(private readonly transports: HttpTransports) {}

      async onNotification(notification: WebhookNotification): Promise<void> {
        running += 1;
        if (!('httpTransportUid' in notification)) throw new Error('Of a transport.');
        const { name } = await this.transports.get(notification.tenantUid, notification.httpTransportUid);
        calls.push({ type: notification.type, name, running });
        running -= 1;
      }
    }
    Reflect.defineMetadata('design:paramtypes', [HttpTransports], Listener);
    await start({ notificationListener: Listener });
    const tenant = new TenantClient(host);
    await tenant.transport(receiver);
    await tenant.emitMany(5);
    await eventually(() => calls.length === 5);
    expect(calls).toEqual(
      Array.from({ length: 5 }, () => ({ type: 'deliverySucceeded', name: 'ERP', running: 1 })),
    );
  });

  it('a listener gets the last notifications before the application has closed, and then the observable completes', async () => {
    const types: string[] = [];
    let isCompleted = false;
    await start({
      notificationListener: { useValue: { onNotification: ({ type }) => void types.push(type) } },
    });
    notificationsOf(host).all$.subscribe({ complete: () => (isCompleted = true) });
    const tenant = new TenantClient(host);
    await tenant.transport(receiver);
    receiver.respond({ status: 204, delayMs: 300 });
    await tenant.emit();
    await receiver.waitFor(1);
    await host.close();
    expect([types, isCompleted]).toEqual([['deliverySucceeded'], true]);
  });
});
