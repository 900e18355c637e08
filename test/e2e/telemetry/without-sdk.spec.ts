import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { context, trace, TraceFlags } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { createMigratedDatabase, eachDatabase } from '../../support/databases.js';
import { FAST_SCHEDULE_MS } from '../../support/each-worker.js';
import { eventually } from '../../support/eventually.js';
import { LogCapture } from '../../support/log-capture.js';
import { Receiver } from '../../support/receiver.js';
import { TenantClient } from '../../support/tenant-client.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';

const CHANNELS = ['tillhook:emit', 'tillhook:fanout', 'tillhook:attempt:start', 'tillhook:attempt:end'];

describe('without an OpenTelemetry SDK', () => {
  eachDatabase((database) => {
    let receiver: Receiver;
    let host: TestHost;
    let tenant: TenantClient;
    const logger = new LogCapture();

    beforeAll(async () => {
      receiver = await Receiver.start();
      const webhooks = { retryScheduleMs: FAST_SCHEDULE_MS };
      host = await TestHost.start({ database: database(), webhooks, logger });
      tenant = new TenantClient(host);
      await tenant.transport(receiver, { url: `${receiver.url}/secret?key=1`, timeoutMs: 200 });
    });
    afterAll(async () => {
      await host?.close();
      await receiver?.close();
    });

    it('neither stores nor sends a trace context', async () => {
      await tenant.emit();
      const [request] = await receiver.waitFor(1);
      expect(request!.headers).not.toHaveProperty('traceparent');
      expect(await host.dataSource.query('SELECT DISTINCT traceparent FROM webhook_event')).toEqual([
        { traceparent: null },
      ]);
    });

    it('publishes each step on the diagnostics channels, without bodies and paths', async () => {
      const published: [name: string, message: object][] = [];
      const keep = (message: unknown, name: string | symbol): void =>
        void published.push([String(name), message as object]);
      for (const name of CHANNELS) subscribe(name, keep);
      try {
        receiver.respondNext({ status: 500, body: 'response' });
        const eventUid = await tenant.emit();
        await eventually(() => published.filter(([name]) => name === 'tillhook:attempt:end').length === 2);
        const { tenantUid } = tenant;
        const durationMs = expect.any(Number);
        const attempt = {
          tenantUid,
          httpTransportUid: expect.any(String),
          deliveryUid: expect.stringMatching(/^dlv_/),
          eventUid,
          action: 'ORDER_SETTLED',
          host: '127.0.0.1',
        };
        const none = { errorCode: null, durationMs };
        expect(published.filter(([name]) => name !== 'tillhook:fanout')).toEqual([
          [
            'tillhook:emit',
            { tenantUid, eventUids: [eventUid], actions: ['ORDER_SETTLED'], durationMs, error: undefined },
          ],
          ['tillhook:attempt:start', { ...attempt, attempt: 1 }],
          [
            'tillhook:attempt:end',
            { ...attempt, ...none, attempt: 1, outcome: 'retry', responseStatusCode: 500 },
          ],
          ['tillhook:attempt:start', { ...attempt, attempt: 2 }],
          [
            'tillhook:attempt:end',
            { ...attempt, ...none, attempt: 2, outcome: 'delivered', responseStatusCode: 204 },
          ],
        ]);
        expect(published.find(([name]) => name === 'tillhook:fanout')![1]).toMatchObject({
          events: 1,
          deliveries: 1,
          missed: 0,
          durationMs,
        });
      } finally {
        for (const name of CHANNELS) unsubscribe(name, keep);
      }
    });

    it('logs failed attempts with uids, host, status, duration and code, without bodies and paths', async () => {
      logger.entries.length = 0;
      receiver.respondNext({ status: 500, body: 'response' }, 'hang', { status: 410 });
      const eventUid = await tenant.emit();
      await eventually(() => logger.at('warn', /has failed/).length === 1);
      const [responded, lost] = logger.at('debug', new RegExp(eventUid));
      const [ended] = logger.at('warn', new RegExp(eventUid));
      const attempt = (number: number, result: string): RegExp =>
        new RegExp(
          `^Attempt ${number} of delivery dlv_\\w+ of event ${eventUid} \\(ORDER_SETTLED\\) to HTTP transport "[^"]+" ` +
            `of tenant "${tenant.tenantUid}" failed after \\d+ ms: ${result}`,
        );
      const place = `127.0.0.1:${receiver.port}`;
      expect(responded).toMatch(attempt(1, `${place} responded with 500. The next attempt is due at 20`));
      expect(lost).toMatch(attempt(2, `TIMEOUT at ${place}. The next attempt`));
      expect(ended).toMatch(attempt(3, `${place} responded with 410. The delivery has failed \\(GONE\\).`));
      expect(logger.entries.filter(({ text }) => /secret|key=1|response"|"order"/.test(text))).toEqual([]);
    });
  });
});

describe('with a context manager alone', () => {
  let database: TestDatabase;
  let receiver: Receiver;
  let host: TestHost;

  beforeAll(async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    database = await createMigratedDatabase('sqlite');
    receiver = await Receiver.start();
    host = await TestHost.start({ database });
  });
  afterAll(async () => {
    await host?.close();
    await receiver?.close();
    await database?.drop();
    context.disable();
  });

  it('passes the trace context of an emit within a trace on to the receiver, and none otherwise', async () => {
    const tenant = new TenantClient(host);
    await tenant.transport(receiver);
    await tenant.emit();
    await receiver.waitFor(1);
    const active = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const parent = trace.setSpanContext(context.active(), { ...active, traceFlags: TraceFlags.SAMPLED });
    await context.with(parent, () => tenant.emit());
    const requests = await receiver.waitFor(2);
    expect(requests.map(({ headers }) => headers['traceparent'])).toEqual([
      undefined,
      `00-${active.traceId}-${active.spanId}-01`,
    ]);
  });
});
