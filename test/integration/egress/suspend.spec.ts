import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EgressClient } from '../../../lib/egress/egress-client.js';
import { egressClient, failureOf, post } from '../../support/egress.js';
import { Receiver } from '../../support/receiver.js';

const GRACE_MS = 300;

describe('an egress client that is suspended', () => {
  let receiver: Receiver;
  let client: EgressClient;

  beforeEach(async () => {
    receiver = await Receiver.start();
    client = egressClient({ allowCidrs: ['127.0.0.1/32'] });
  });
  afterEach(async () => {
    await client.close();
    await receiver.close();
  });

  const send = () => post(client, receiver.url);

  it('sends no request, and sends all again when it is resumed', async () => {
    client.suspend(GRACE_MS);
    expect((await failureOf(send())).code).toBe('ABORTED');
    expect(receiver.requests).toEqual([]);
    client.resume();
    expect(await send()).toMatchObject({ statusCode: 204 });
  });

  it('lets requests under way finish within the period of grace, and aborts the rest', async () => {
    receiver.respondNext({ status: 200, delayMs: GRACE_MS / 3 }, 'hang');
    const [quick, hanging] = [send(), send()];
    await receiver.waitFor(2);
    const suspendedAt = performance.now();
    client.suspend(GRACE_MS);
    expect(await quick).toMatchObject({ statusCode: 200 });
    expect((await failureOf(hanging)).code).toBe('ABORTED');
    const took = performance.now() - suspendedAt;
    expect(took).toBeGreaterThan(GRACE_MS - 20);
    expect(took).toBeLessThan(GRACE_MS + 500);
  });

  it('aborts nothing when it is resumed in time', async () => {
    receiver.respondNext({ status: 200, delayMs: GRACE_MS * 2 });
    const slow = send();
    await receiver.waitFor(1);
    client.suspend(GRACE_MS);
    // One resume ends both suspensions.
    client.suspend(GRACE_MS);
    client.resume();
    expect(await slow).toMatchObject({ statusCode: 200 });
  });

  it('can be closed', async () => {
    receiver.respond('hang');
    const hanging = failureOf(send());
    await receiver.waitFor(1);
    client.suspend(GRACE_MS);
    await client.close();
    expect((await hanging).code).toBe('ABORTED');
  });
});
