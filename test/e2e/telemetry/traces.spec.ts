import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { context, createContextKey, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import Database from 'better-sqlite3';
import type { ActionCatalog, HostTransaction, WebhookEmitter } from 'nestjs-tillhook';
import { fromBetterSqlite3 } from 'nestjs-tillhook/better-sqlite3';
import { fromPg } from 'nestjs-tillhook/pg';
import { Client } from 'pg';
import { eachDatabase } from '../../support/databases.js';
import { FAST_SCHEDULE_MS } from '../../support/each-worker.js';
import { eventually } from '../../support/eventually.js';
import { TestSdk } from '../../support/opentelemetry.js';
import { Receiver } from '../../support/receiver.js';
import { TenantClient } from '../../support/tenant-client.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';

const parentIdOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId;
const traceparentOf = (span: ReadableSpan): string => {
  const { traceId, spanId } = span.spanContext();
  return `00-${traceId}-${spanId}-01`;
};

describe('traces', () => {
  eachDatabase((database) => {
    let sdk: TestSdk;
    let receiver: Receiver;
    /** The process that emits, and the one that delivers. */
    let emitting: TestHost;
    let worker: TestHost;
    let tenant: TenantClient;

    beforeAll(async () => {
      sdk = TestSdk.start();
      receiver = await Receiver.start();
      emitting = await TestHost.start({ database: database(), webhooks: { worker: false } });
      worker = await start();
    });
    afterAll(async () => {
      await worker?.close();
      await emitting?.close();
      await receiver?.close();
      await sdk?.stop();
    });
    beforeEach(() => {
      receiver.reset();
      sdk.reset();
      tenant = new TenantClient(emitting);
    });

    const start = (webhooks = {}): Promise<TestHost> =>
      TestHost.start({
        database: database(),
        webhooks: { controllers: false, retryScheduleMs: FAST_SCHEDULE_MS, ...webhooks },
      });
    const attempts = (count: number): Promise<ReadableSpan[]> =>
      eventually(() => {
        const spans = sdk.named('deliver');
        return spans.length === count && spans;
      });
    const columnOf = async (eventUid: string): Promise<string | null> => {
      const rows: { traceparent: string | null }[] = await emitting.dataSource.query(
        `SELECT traceparent FROM webhook_event WHERE event_uid = '${eventUid}'`,
      );
      return rows[0]!.traceparent;
    };

    it('lead from the span of the host over the emit to each attempt, and on to the receiver', async () => {
      const { httpTransportUid } = await tenant.transport(receiver, { url: `${receiver.url}/secret?key=1` });
      receiver.respondNext({ status: 503, headers: { 'retry-after': '0' } });
      const tracer = trace.getTracer('test');
      const eventUid = await tracer.startActiveSpan('POST /orders', async (span) => {
        const uid = await tenant.emit();
        span.end();
        return uid;
      });
      const [first, second] = await attempts(2);

      const [order] = sdk.named('POST /orders');
      const [emit] = sdk.named('emit');
      expect(emit).toMatchObject({ name: 'emit ORDER_SETTLED', kind: SpanKind.PRODUCER });
      expect(parentIdOf(emit!)).toBe(order!.spanContext().spanId);
      expect(emit!.attributes).toEqual({
        'messaging.system': 'tillhook',
        'messaging.operation.name': 'emit',
        'messaging.operation.type': 'send',
        'messaging.destination.name': 'ORDER_SETTLED',
        'messaging.message.id': eventUid,
        'tillhook.tenant.uid': tenant.tenantUid,
      });
      expect(await columnOf(eventUid)).toBe(traceparentOf(emit!));

      const fanOut = sdk.named('fan-out').find(({ links }) => links.length > 0);
      expect(fanOut).toMatchObject({ kind: SpanKind.CONSUMER, parentSpanContext: undefined });
      expect(fanOut!.links[0]!.context).toMatchObject({ spanId: emit!.spanContext().spanId });

      for (const span of [first!, second!]) {
        expect(span.kind).toBe(SpanKind.CLIENT);
        expect(span.spanContext().traceId).toBe(order!.spanContext().traceId);
        expect(parentIdOf(span)).toBe(emit!.spanContext().spanId);
        expect(span.events).toEqual([]);
      }
      const common = {
        'messaging.system': 'tillhook',
        'messaging.operation.name': 'deliver',
        'messaging.destination.name': 'ORDER_SETTLED',
        'messaging.message.id': eventUid,
        'tillhook.tenant.uid': tenant.tenantUid,
        'tillhook.http_transport.uid': httpTransportUid,
        'tillhook.delivery.uid': expect.stringMatching(/^dlv_/),
        'http.request.method': 'POST',
        'url.scheme': 'http',
        'server.address': '127.0.0.1',
        'server.port': receiver.port,
      };
      expect(first!.status).toEqual({ code: SpanStatusCode.ERROR });
      expect(first!.attributes).toEqual({
        ...common,
        'tillhook.attempt': 1,
        'tillhook.outcome': 'retry',
        'http.response.status_code': 503,
        'error.type': '503',
      });
      expect(second!.status).toEqual({ code: SpanStatusCode.UNSET });
      expect(second!.attributes).toEqual({
        ...common,
        'tillhook.attempt': 2,
        'tillhook.outcome': 'delivered',
        'http.request.resend_count': 1,
        'http.response.status_code': 204,
      });
      expect(receiver.requests.map(({ headers }) => headers['traceparent'])).toEqual([
        traceparentOf(first!),
        traceparentOf(second!),
      ]);
    });

    it('name the error of an attempt without a response, and the code of an emit that fails', async () => {
      await tenant.transport(receiver, { timeoutMs: 100 });
      receiver.respondNext('hang');
      await tenant.emit('1', { eventUid: 'twice' });
      const [failed] = await attempts(2);
      expect(failed!.attributes).toMatchObject({ 'error.type': 'TIMEOUT', 'tillhook.outcome': 'retry' });
      await expect(tenant.emit('2', { eventUid: 'twice' })).rejects.toThrow();
      expect(sdk.named('emit').at(-1)).toMatchObject({
        attributes: { 'error.type': 'EVENT_UID_CONFLICT' },
        status: { code: SpanStatusCode.ERROR },
      });
    });

    it('have one span for a batch, whose context all of its events store, also through an adapter', async () => {
      const events = ['TILL_OPEN', 'TILL_CLOSED'].map((action) => ({ action, data: {}, eventUid: action }));
      const { tenantUid } = tenant;
      const emitter = emitting.emitter as WebhookEmitter<ActionCatalog>;
      await withTransaction(database(), async (transaction) => {
        await emitter.emitMany(events, { tenantUid, transaction });
        await emitter.emit('ORDER_SETTLED', {}, { tenantUid, transaction, eventUid: 'alone' });
      });
      const [batch, alone] = sdk.named('emit');
      expect(batch).toMatchObject({ name: 'emit', attributes: { 'messaging.batch.message_count': 2 } });
      for (const { eventUid } of events) expect(await columnOf(eventUid)).toBe(traceparentOf(batch!));
      expect(await columnOf('alone')).toBe(traceparentOf(alone!));
    });

    it('do not reach the receiver if `telemetry.propagate` is false, and an HTTP instrumentation makes no span', async () => {
      const seen: unknown[] = [];
      const onCreate = (message: unknown): void => {
        const { path } = (message as { request: { path: string } }).request;
        if (path === new URL(receiver.url).pathname) seen.push(isSuppressed());
      };
      subscribe('undici:request:create', onCreate);
      try {
        await worker.close();
        worker = await start({ telemetry: { propagate: false } });
        await tenant.transport(receiver);
        await tenant.emit();
        const [span] = await attempts(1);
        expect(span!.parentSpanContext).toBeDefined();
        expect(receiver.requests[0]!.headers).not.toHaveProperty('traceparent');
        expect(seen).toEqual([true]);
      } finally {
        unsubscribe('undici:request:create', onCreate);
      }
    });
  });
});

/** Whether tracing is suppressed, looked up as SDKs and their instrumentations do. */
const isSuppressed = (): boolean =>
  context.active().getValue(createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')) === true;

/** Runs `work` in a transaction of a plain driver, which is passed to the module through an adapter. */
async function withTransaction(
  { url, kind }: TestDatabase,
  work: (transaction: HostTransaction) => Promise<void>,
): Promise<void> {
  if (kind === 'sqlite') {
    const file = new Database(url.replace(/^sqlite:/, ''));
    file.exec('BEGIN');
    await work(fromBetterSqlite3(file));
    file.exec('COMMIT');
    file.close();
    return;
  }
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('BEGIN');
  await work(fromPg(client));
  await client.query('COMMIT');
  await client.end();
}
