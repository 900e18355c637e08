import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConnectionPool } from '../../../lib/egress/connection-pool.js';
import type { EgressClient, EgressRequest } from '../../../lib/egress/egress-client.js';
import { Exchange } from '../../../lib/egress/exchange.js';
import { GuardedDialler } from '../../../lib/egress/guarded-dialler.js';
import { NameResolver } from '../../../lib/egress/name-resolver.js';
import { egressClient, failureOf, post } from '../../support/egress.js';
import { eventually } from '../../support/eventually.js';
import { HostileReceiver, hostile, httpResponse } from '../../support/hostile-receiver.js';
import type { Behaviour } from '../../support/hostile-receiver.js';

const respondAfter =
  (delayMs: number): Behaviour =>
  (socket) =>
    void setTimeout(() => socket.write(httpResponse()), delayMs);

describe('connections', () => {
  let receiver: HostileReceiver;
  let client: EgressClient;

  beforeEach(async () => {
    receiver = await HostileReceiver.start(hostile.say(httpResponse()));
    client = egressClient({ connectionsPerOrigin: 4 });
  });

  afterEach(async () => {
    await client.close();
    await receiver.close();
  });

  const posts = (count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, () => post(client, receiver.url)));

  it('are kept alive and used again', async () => {
    for (let nth = 0; nth < 10; nth += 1) await post(client, receiver.url);
    expect(receiver.connections).toBe(1);
  });

  it('are never more to one origin than allowed, and further requests wait their turn', async () => {
    receiver.behave(respondAfter(20));
    await posts(40);
    expect(receiver.requests).toHaveLength(40);
    expect(receiver.connections).toBe(4);
  });

  it('are not waited for beyond the deadline', async () => {
    receiver.behave(hostile.silence());
    const startedAt = performance.now();
    const outcomes = await Promise.all(
      Array.from({ length: 9 }, () => failureOf(post(client, receiver.url, { timeoutMs: 300 }))),
    );
    expect(outcomes.map(({ code }) => code)).toEqual(Array.from({ length: 9 }, () => 'TIMEOUT'));
    expect(performance.now() - startedAt).toBeLessThan(800);
  });

  it('carry no request whose deadline has passed while the process stood still', async () => {
    const [near, far] = await socketPair();
    const timeoutMs = 200;
    let request: Promise<unknown> | undefined;
    // The process stands still while it handles an event. Afterwards the event loop reports the new connection before any timer fires.
    near.once('data', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * timeoutMs));
    setImmediate(() => {
      far.write('!');
      request = post(client, receiver.url, { timeoutMs });
    });
    await eventually(() => request !== undefined);
    expect(await failureOf(request!)).toMatchObject({ code: 'TIMEOUT' });
    await eventually(() => receiver.connections === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(receiver.requests).toEqual([]);
    near.destroy();
    far.destroy();
  });

  it('are not used for requests whose deadline has passed while they waited', async () => {
    receiver.behave(hostile.silence());
    const busy = Array.from({ length: 4 }, () => failureOf(post(client, receiver.url, { timeoutMs: 400 })));
    expect(await failureOf(post(client, receiver.url, { timeoutMs: 100 }))).toMatchObject({
      code: 'TIMEOUT',
    });
    await Promise.all(busy);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(receiver.requests).toHaveLength(4);
    expect(receiver.connections).toBe(4);
  });

  it('are replaced for the requests that wait when earlier requests fail', async () => {
    let seen = 0;
    receiver.behave((socket) => (++seen <= 4 ? socket.resetAndDestroy() : socket.write(httpResponse())));
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => post(client, receiver.url)));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(4);
    expect(receiver.requests).toHaveLength(12);
  });

  it('are separate for separate origins', async () => {
    const other = await HostileReceiver.start(hostile.say(httpResponse()), { host: '127.0.1.2' });
    await Promise.all([posts(4), post(client, other.url)]);
    expect([receiver.connections, other.connections]).toEqual([4, 1]);
    await other.close();
  });

  it('are closed after four idle seconds, before the receiver would', async () => {
    await posts(2);
    expect(receiver.open).toBe(2);
    const startedAt = performance.now();
    await eventually(() => receiver.open === 0, { withinMs: 5_000 });
    expect(performance.now() - startedAt).toBeGreaterThan(2_500);
    expect(performance.now() - startedAt).toBeLessThan(4_900);
  });

  it('are not kept longer if the receiver asks for it', async () => {
    receiver.behave(hostile.say(httpResponse(200, '', 'keep-alive: timeout=600\r\n')));
    await post(client, receiver.url);
    await eventually(() => receiver.open === 0, { withinMs: 5_000 });
  });

  it('end when the receiver says so, and the next request opens a new one', async () => {
    receiver.behave(hostile.say(httpResponse(200, '', 'connection: close\r\n')));
    for (let nth = 0; nth < 5; nth += 1)
      expect(await post(client, receiver.url)).toMatchObject({ statusCode: 200 });
    expect(receiver.connections).toBe(5);
    await eventually(() => receiver.open === 0);
  });

  it('are not used for longer than a minute, so that a receiver that moves is followed', async () => {
    await post(client, receiver.url);
    const now = performance.now.bind(performance);
    const clock = jest.spyOn(performance, 'now');
    clock.mockImplementation(() => now() + 59_000);
    await post(client, receiver.url);
    expect(receiver.connections).toBe(1);
    clock.mockImplementation(() => now() + 61_000);
    await post(client, receiver.url);
    clock.mockRestore();
    expect(receiver.connections).toBe(2);
  });

  it('are forgotten together with their origin when the receiver closes them', async () => {
    const pool = new ConnectionPool(new GuardedDialler(new NameResolver([]), [], () => undefined), 4);
    const url = client.checkUrl(receiver.url);
    await new Promise((resolve) => {
      const request: EgressRequest = { url, method: 'POST', headers: [], body: '', timeoutMs: 1_000 };
      new Exchange(pool, request, () => undefined, resolve).start();
    });
    expect(pool.origins).toBe(1);
    await receiver.closeConnections();
    await eventually(() => pool.origins === 0);
    await pool.close();
  });

  it('are idle at most 512 at a time over all origins', async () => {
    const receivers = await Promise.all(
      Array.from({ length: 130 }, (_, index) =>
        HostileReceiver.start(respondAfter(100), { host: `127.0.1.${index + 2}` }),
      ),
    );
    await Promise.all(receivers.flatMap(({ url }) => Array.from({ length: 4 }, () => post(client, url))));
    const open = (): number => receivers.reduce((sum, each) => sum + each.open, 0);
    await eventually(() => open() === 512, { withinMs: 5_000 });
    await client.close();
    await Promise.all(receivers.map((each) => each.close()));
  });

  it('are all gone when close() returns, those in use too, and their requests fail as aborted', async () => {
    receiver.behave(hostile.silence());
    const failures = Array.from({ length: 6 }, () => failureOf(post(client, receiver.url)));
    await eventually(() => receiver.requests.length === 4);
    await client.close();
    expect((await Promise.all(failures)).map(({ code }) => code)).toEqual(
      Array.from({ length: 6 }, () => 'ABORTED'),
    );
    expect(await failureOf(post(client, receiver.url))).toMatchObject({ code: 'ABORTED' });
    await eventually(() => receiver.open === 0, { withinMs: 2_000 });
    expect(receiver.connections).toBe(4);
  });

  it('are destroyed when their request is aborted, and only those', async () => {
    receiver.behave((socket) => (receiver.requests.length > 2 ? socket.write(httpResponse()) : undefined));
    const controller = new AbortController();
    const aborted = [1, 2].map(() => failureOf(post(client, receiver.url, { signal: controller.signal })));
    await eventually(() => receiver.requests.length === 2);
    const other = post(client, receiver.url, { signal: new AbortController().signal });
    controller.abort();
    expect((await Promise.all(aborted)).map(({ code }) => code)).toEqual(['ABORTED', 'ABORTED']);
    expect(await other).toMatchObject({ statusCode: 200 });
    await eventually(() => receiver.open === 1);
    expect(await failureOf(post(client, receiver.url, { signal: controller.signal }))).toMatchObject({
      code: 'ABORTED',
    });
  });

  it('warn of nothing when a thousand requests share one signal', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): number => warnings.push(warning);
    process.on('warning', note);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 1_000 }, () => post(client, receiver.url, { signal })));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('store no secret that a response contains', async () => {
    receiver.behave(
      hostile.say(httpResponse(200, 'you sent t0ps3cret', 'set-cookie: sid=1\r\nx-echo: t0ps3cret\r\n')),
    );
    const response = await post(client, receiver.url, { secrets: ['t0ps3cret'] });
    expect(response).toEqual({
      statusCode: 200,
      headers: { 'set-cookie': '[redacted]', 'x-echo': '[redacted]', 'content-length': '18' },
      body: 'you sent [redacted]',
    });
  });

  it('carry exactly the headers and the body that they were given, and what HTTP needs', async () => {
    await post(client, `${receiver.url}?a=%20b&c`, {
      headers: ['content-type', 'application/json', 'X-Mixed-Case', 'kept', 'x-latin1', 'caf\u00e9'],
      body: Buffer.from('{"k":"\u20ac"}'),
    });
    expect(receiver.requests[0]?.split('\r\n')).toEqual([
      'POST /hook?a=%20b&c HTTP/1.1',
      `host: 127.0.1.1:${receiver.port}`,
      'connection: keep-alive',
      'content-type: application/json',
      'X-Mixed-Case: kept',
      'x-latin1: caf\u00e9',
      'content-length: 11',
    ]);
  });

  it('are not made for a request that cannot be written', async () => {
    for (const headers of [
      ['x-a', 'b\r\nx-forged: c'],
      ['bad name', 'x'],
      ['x-a', '\u20ac'],
      ['transfer-encoding', 'chunked'],
    ]) {
      expect(await failureOf(post(client, receiver.url, { headers }))).toMatchObject({
        code: 'INVALID_REQUEST',
      });
    }
    expect(receiver.connections).toBe(0);
  });
});

/** Two ends of one connection. */
async function socketPair(): Promise<[Socket, Socket]> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = await accepted;
  server.close();
  return [near, far];
}
