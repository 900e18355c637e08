import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deliverAll, ReceiverTimeoutError, WebhookReceiver } from 'nestjs-tillhook/testing';
import { createMigratedDatabase } from '../../support/databases.js';
import { TenantClient } from '../../support/tenant-client.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';

describe('WebhookReceiver', () => {
  let database: TestDatabase;
  let host: TestHost;
  let receiver: WebhookReceiver;
  let tenant: TenantClient;
  beforeAll(async () => {
    database = await createMigratedDatabase('sqlite');
    host = await TestHost.start({ database, webhooks: { retryScheduleMs: [0, 0] } });
  });
  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
    tenant = new TenantClient(host);
  });
  afterEach(() => receiver.close());
  afterAll(async () => {
    await host.close();
    await database.drop();
  });

  it('shows a request with its headers, its body and its JSON', async () => {
    await tenant.transport(receiver);
    const eventUid = await tenant.emit('700');
    const [request] = await receiver.waitFor(1);
    expect(request).toMatchObject({
      id: eventUid,
      action: 'ORDER_SETTLED',
      attempt: 1,
      json: { action: 'ORDER_SETTLED', order: { Uid: '700' } },
      isVerified: undefined,
    });
    expect(JSON.parse(request!.body.toString())).toEqual(request!.json);
    expect(request!.headers['content-type']).toMatch('application/json');
    expect(Math.abs(Date.now() - request!.receivedAt.getTime())).toBeLessThan(10_000);
  });

  it('verifies signatures with the secret of the transport', async () => {
    const { signingSecret } = await tenant.transport(receiver);
    receiver.verifyWith(signingSecret!);
    await tenant.emit();
    await deliverAll(host.app);
    expect(receiver.requests.map(({ isVerified }) => isVerified)).toEqual([true]);
    expect((await tenant.log())[0]!.status).toBe('DELIVERED');
  });

  it('responds 401 to requests that are signed with another secret, or not at all', async () => {
    receiver.verifyWith([`whsec_${Buffer.alloc(32, 1).toString('base64')}`]);
    await tenant.transport(receiver);
    await tenant.emit();
    await deliverAll(host.app);
    expect(receiver.requests.map(({ isVerified }) => isVerified)).toEqual([false, false, false]);
    expect((await tenant.log())[0]).toMatchObject({ status: 'FAILED', lastStatusCode: 401 });
    expect((await fetch(receiver.url, { method: 'POST', body: '{' })).status).toBe(401);
    expect(receiver.requests.at(-1)).toMatchObject({ id: undefined, json: undefined, isVerified: false });
  });

  it('responds as configured once, and then as usual', async () => {
    await tenant.transport(receiver);
    // First, on a new connection: on one that was used before, the sender takes a reset for a stale connection and tries again.
    receiver.respondNext('reset', { status: 503, body: 'busy', headers: { 'x-till': '1' } });
    receiver.respond({ status: 202, delayMs: 20 });
    await tenant.emit();
    await deliverAll(host.app);
    const [delivery] = await tenant.log();
    expect(await tenant.attempts(delivery!)).toMatchObject([
      { responseStatusCode: null },
      { responseStatusCode: 503, responseBody: 'busy', responseHeaders: { 'x-till': '1' } },
      { responseStatusCode: 202 },
    ]);
  });

  it('says how many requests arrived if fewer came than were waited for', async () => {
    await tenant.transport(receiver);
    await tenant.emit();
    const waiting = receiver.waitFor(2, { withinMs: 300 });
    await expect(waiting).rejects.toBeInstanceOf(ReceiverTimeoutError);
    await expect(waiting).rejects.toThrow(/^1 of 2 requests arrived at http:\/\/127\.0\.0\.1:/);
    receiver.clear();
    expect(receiver.requests).toEqual([]);
  });

  it('closes with connections that hang', async () => {
    receiver.respond('hang');
    const hanging = fetch(receiver.url, { method: 'POST' }).catch((error: Error) => error.name);
    await receiver.waitFor(1);
    await receiver.close();
    expect(await hanging).toBe('TypeError');
  });

  it('refuses a secret that is not valid', async () => {
    await expect(WebhookReceiver.start({ secret: 'whsec_?' })).rejects.toMatchObject({
      code: 'INVALID_RECEIVER_OPTION',
    });
  });
});
