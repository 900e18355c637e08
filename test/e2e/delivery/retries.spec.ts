import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { eachWorker, FAST_SCHEDULE_MS } from '../../support/each-worker.js';
import { Receiver, verifySignature } from '../../support/receiver.js';

const JITTER = 0.2;

/** How much shorter than scheduled a measured wait may be, in ms: a busy machine may record the earlier request late. */
const LATE_RECEIPT_MS = 25;

describe('a delivery that does not succeed at once', () => {
  eachWorker((scene) => {
    it('is tried again on the schedule, with the same id and bytes, until it is delivered', async () => {
      const { receiver, tenant } = scene();
      const { signingSecret } = await tenant.transport(receiver);
      receiver.respondNext({ status: 500 }, { status: 404 }, { status: 501 });
      const eventUid = await tenant.emit();
      const requests = await receiver.waitFor(4);
      for (const [index, request] of requests.entries()) {
        verifySignature(request, signingSecret!);
        expect(request.headers).toMatchObject({
          'webhook-id': eventUid,
          'x-webhook-attempt': String(index + 1),
          'x-webhook-delivery': requests[0]!.headers['x-webhook-delivery'],
        });
        expect(request.body.equals(requests[0]!.body)).toBe(true);
      }
      const waits = requests
        .slice(1)
        .map(({ receivedAt }, index) => receivedAt - requests[index]!.receivedAt);
      for (const wait of waits)
        expect(wait).toBeGreaterThanOrEqual(FAST_SCHEDULE_MS[0]! * (1 - JITTER) - LATE_RECEIPT_MS);
      await tenant.untilLogged({ status: 'DELIVERED', reason: null, attempts: 4, lastStatusCode: 204 });
      expect(receiver.requests).toHaveLength(4);
    });

    it('is signed afresh for each attempt', async () => {
      const { receiver, tenant } = scene();
      const { signingSecret } = await tenant.transport(receiver, { retryScheduleSeconds: [2] });
      receiver.respondNext({ status: 500 });
      await tenant.emit();
      const [first, second] = await receiver.waitFor(2);
      verifySignature(second!, signingSecret!);
      const timestamps = [first!, second!].map(({ headers }) => Number(headers['webhook-timestamp']));
      expect(timestamps[1]).toBeGreaterThan(timestamps[0]!);
      expect(second!.headers['webhook-signature']).not.toBe(first!.headers['webhook-signature']);
    });

    it('fails when the schedule is exhausted, and the log has every attempt', async () => {
      const { receiver, tenant } = scene();
      await tenant.transport(receiver);
      receiver.respond({ status: 500, headers: { 'x-reason': 'maintenance' }, body: 'not now' });
      await tenant.emit();
      const [delivery] = await tenant.untilLogged({ status: 'FAILED', reason: 'EXHAUSTED', attempts: 4 });
      const attempts = await tenant.attempts(delivery!);
      expect(attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
      for (const attempt of attempts) {
        expect(attempt).toMatchObject({
          responseStatusCode: 500,
          responseBody: 'not now',
          responseHeaders: { 'x-reason': 'maintenance' },
          errorCode: null,
        });
      }
      expect(receiver.requests).toHaveLength(4);
    });

    it('is not tried again if its transport has an empty schedule', async () => {
      const { receiver, tenant } = scene();
      await tenant.transport(receiver, { retryScheduleSeconds: [] });
      receiver.respond({ status: 500 });
      await tenant.emit();
      await tenant.untilLogged({ status: 'FAILED', reason: 'EXHAUSTED', attempts: 1 });
    });

    it('says why there was no response', async () => {
      const { receiver, tenant } = scene();
      const transport = await tenant.transport(receiver, { retryScheduleSeconds: [] });
      receiver.respondNext('reset');
      await tenant.emit();
      await tenant.untilLogged({ status: 'FAILED', lastErrorCode: 'CONNECTION_RESET', lastStatusCode: null });
      const closed = await Receiver.start();
      const { url } = closed;
      await closed.close();
      await tenant.patch(transport, { url });
      await eventually(async () => {
        await tenant.emit();
        const [newest] = await tenant.untilLog(([delivery]) => expect(delivery!.status).not.toBe('PENDING'));
        expect(newest).toMatchObject({ status: 'FAILED', lastErrorCode: 'CONNECT_FAILED' });
        return true;
      });
    });

    it('is aborted at the deadline when the receiver hangs, and holds up nothing else', async () => {
      const { receiver, tenant } = scene();
      await tenant.transport(receiver, { timeoutMs: 400, retryScheduleSeconds: [] });
      receiver.respondNext('hang');
      await tenant.emit('hanging');
      await receiver.waitFor(1);
      await tenant.emit('quick');
      const statuses = (expected: string[]) =>
        tenant.untilLog((log) => expect(log.map(({ status }) => status)).toEqual(expected));
      await statuses(['DELIVERED', 'PENDING']);
      const [, hanging] = await statuses(['DELIVERED', 'FAILED']);
      expect(hanging).toMatchObject({ reason: 'EXHAUSTED', lastErrorCode: 'TIMEOUT', lastStatusCode: null });
      const [attempt] = await tenant.attempts(hanging!);
      expect(attempt!.durationMs).toBeGreaterThanOrEqual(395);
      expect(attempt!.durationMs).toBeLessThan(1_500);
    });

    it('is not redirected', async () => {
      const { receiver, tenant } = scene();
      const elsewhere = await Receiver.start();
      try {
        await tenant.transport(receiver);
        const redirect = (status: number) => ({ status, headers: { location: elsewhere.url } });
        receiver.respondNext(redirect(301), redirect(307), redirect(308));
        await tenant.emit();
        await tenant.untilLogged({ status: 'DELIVERED', attempts: 4 });
        expect(receiver.requests).toHaveLength(4);
        expect(elsewhere.requests).toHaveLength(0);
      } finally {
        await elsewhere.close();
      }
    });

    it('ends with 410, and its transport is disabled: queued deliveries wait, later events are missed', async () => {
      const { receiver, tenant } = scene();
      const transport = await tenant.transport(receiver, { maxConcurrency: 1 });
      receiver.respond({ status: 410 });
      await tenant.emitMany(3);
      const expectLog = (expected: [string, string | null][]) =>
        tenant.untilLog((log) => expect(log.map(({ status, reason }) => [status, reason])).toEqual(expected));
      await expectLog([
        ['PENDING', null],
        ['PENDING', null],
        ['FAILED', 'GONE'],
      ]);
      // The module writes the attempt first, and then the change of the transport.
      await eventually(async () => (await tenant.get(transport)).state === 'DISABLED');
      expect(await tenant.get(transport)).toMatchObject({ disabledReason: 'GONE' });
      await tenant.emit('late');
      await expectLog([
        ['MISSED', 'TRANSPORT_DISABLED'],
        ['PENDING', null],
        ['PENDING', null],
        ['FAILED', 'GONE'],
      ]);
      expect(receiver.requests).toHaveLength(1);
    });

    it('shows in its transport since when it has been failing, until it succeeds', async () => {
      const { receiver, tenant } = scene();
      const transport = await tenant.transport(receiver);
      receiver.respondNext({ status: 500 }, { status: 500 });
      const before = Date.now() - 1_000;
      await tenant.emit();
      const { failingSince } = await eventually(async () => {
        const present = await tenant.get(transport);
        return present.failingSince !== null && present;
      });
      expect(Date.parse(failingSince!)).toBeGreaterThan(before);
      await eventually(async () => (await tenant.get(transport)).failingSince === null);
    });
  });
});

describe('a client error', () => {
  eachWorker((scene) => {
    it('is tried again by default', async () => {
      const { receiver, tenant } = scene();
      await tenant.transport(receiver);
      receiver.respondNext({ status: 400 }, { status: 401 }, { status: 422 });
      await tenant.emit();
      await tenant.untilLogged({ status: 'DELIVERED', attempts: 4 });
    });
  });

  eachWorker(
    (scene) => {
      it('is final if the host says so, except for temporary ones', async () => {
        const { receiver, tenant } = scene();
        await tenant.transport(receiver);
        receiver.respondNext({ status: 408 }, { status: 500 }, { status: 404 });
        await tenant.emit();
        await tenant.untilLogged({
          status: 'FAILED',
          reason: 'CLIENT_ERROR',
          attempts: 3,
          lastStatusCode: 404,
        });
      });
    },
    { clientErrors: 'fail' },
  );
});
