import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EgressClient, EgressResponse } from '../../../lib/egress/egress-client.js';
import { EgressError, type EgressErrorCode } from '../../../lib/errors/egress.errors.js';
import { egressClient, post } from '../../support/egress.js';
import { eventually } from '../../support/eventually.js';
import { HostileReceiver, hostile, httpResponse } from '../../support/hostile-receiver.js';
import type { Behaviour } from '../../support/hostile-receiver.js';

const DEADLINE_MS = 600;
const GRACE_MS = 500;
const KIB = 1024;
const GIB = 1024 * 1024 * 1024;

const OK = 'HTTP/1.1 200 OK\r\n';
const manyHeaders = (count: number): string =>
  Array.from({ length: count }, (_, index) => `x-${index}: y\r\n`).join('');

describe('a hostile receiver', () => {
  let client: EgressClient;
  let receiver: HostileReceiver;

  beforeEach(() => {
    client = egressClient();
  });

  afterEach(async () => {
    await client.close();
    await receiver.close();
  });

  /** Sends one request; fails unless the attempt ends by its deadline and the grace. */
  async function attempt(behaviour: Behaviour): Promise<EgressResponse | EgressErrorCode> {
    receiver = await HostileReceiver.start(behaviour);
    const startedAt = performance.now();
    const outcome = await post(client, receiver.url, { timeoutMs: DEADLINE_MS }).catch((error: unknown) => {
      if (error instanceof EgressError) return error.code;
      throw error;
    });
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE_MS + GRACE_MS);
    return outcome;
  }

  const connectionIsGone = (): Promise<boolean> =>
    eventually(() => receiver.open === 0, { what: 'the connection to be destroyed', withinMs: 1_000 });

  it.each<[what: string, behaviour: Behaviour, code: EgressErrorCode]>([
    ['accepts and never responds', hostile.silence(), 'TIMEOUT'],
    ['never ends its status line', hostile.drip('HTTP/1.1 200 O', 'K'), 'TIMEOUT'],
    ['sends a header line now and then, for ever', hostile.drip(OK, 'x-more: y\r\n'), 'TIMEOUT'],
    ['never ends a header line', hostile.drip(`${OK}x-long: `, 'y'), 'TIMEOUT'],
    [
      'sends interim responses for ever',
      hostile.drip('', 'HTTP/1.1 103 Early Hints\r\n\r\n', 20),
      'PROTOCOL_ERROR',
    ],
    [
      'floods interim responses',
      hostile.say('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(5_000)),
      'PROTOCOL_ERROR',
    ],
    [
      'responds with 100 Continue to a request that did not ask for it',
      hostile.say('HTTP/1.1 100 Continue\r\n\r\n'),
      'PROTOCOL_ERROR',
    ],
    [
      'switches protocols unasked',
      hostile.say('HTTP/1.1 101 Switching\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n'),
      'PROTOCOL_ERROR',
    ],
    ['sends 10,000 headers', hostile.say(`${OK}${manyHeaders(10_000)}\r\n`), 'PROTOCOL_ERROR'],
    [
      'sends one header of 1 MiB',
      hostile.say(`${OK}x-huge: ${'y'.repeat(1024 * KIB)}\r\n\r\n`),
      'PROTOCOL_ERROR',
    ],
    ['floods headers without end', hostile.flood(`${OK}x-huge: `, GIB), 'PROTOCOL_ERROR'],
    ['does not speak HTTP', hostile.say('SSH-2.0-OpenSSH_9.6\r\n'), 'PROTOCOL_ERROR'],
    ['says HTTP/2', hostile.say('HTTP/2 200\r\n\r\n'), 'PROTOCOL_ERROR'],
    [
      'smuggles with two lengths',
      hostile.say(`${OK}content-length: 2\r\ncontent-length: 3\r\n\r\nok`),
      'PROTOCOL_ERROR',
    ],
    [
      'smuggles with length and chunks',
      hostile.say(`${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
      'PROTOCOL_ERROR',
    ],
    ['hides a NUL in a header', hostile.say(`${OK}x-a: b\0c\r\ncontent-length: 0\r\n\r\n`), 'PROTOCOL_ERROR'],
    ['resets before it responds', hostile.reset(), 'CONNECTION_RESET'],
    ['resets in the headers', hostile.reset(`${OK}x-a: b\r\n`), 'CONNECTION_RESET'],
    ['closes before it responds', (socket) => void socket.end(), 'CONNECTION_RESET'],
  ])('that %s fails the attempt in time, and the connection is gone', async (_what, behaviour, code) => {
    expect(await attempt(behaviour)).toBe(code);
    await connectionIsGone();
    expect(receiver.requests).toHaveLength(1);
  });

  it.each<[what: string, behaviour: Behaviour]>([
    ['sends a body byte now and then, for ever', hostile.drip(`${OK}content-length: 1000\r\n\r\n`, 'x')],
    ['sends chunks for ever', hostile.drip(`${OK}transfer-encoding: chunked\r\n\r\n`, '1\r\nx\r\n')],
    ['never sends the body it announced', hostile.say(`${OK}content-length: 10\r\n\r\n`)],
    ['sends chunk extensions for ever', hostile.flood(`${OK}transfer-encoding: chunked\r\n\r\n1;`, GIB)],
    ['resets in the body', hostile.reset(`${OK}content-length: 1000\r\n\r\nxxx`)],
    ['closes in the body', (socket) => void socket.end(`${OK}content-length: 1000\r\n\r\nxxx`)],
    ['sends a broken chunk', hostile.say(`${OK}transfer-encoding: chunked\r\n\r\nnonsense\r\n`)],
    ['sends a body of 1 GiB', hostile.flood(`${OK}content-length: ${GIB}\r\n\r\n`, GIB)],
    ['sends 1 GiB in chunks', hostile.flood(`${OK}transfer-encoding: chunked\r\n\r\n40000000\r\n`, GIB)],
    ['sends 1 GiB until it closes', hostile.flood(`${OK}\r\n`, GIB)],
  ])('that %s has responded: its status decides, and the connection is gone', async (_what, behaviour) => {
    expect(await attempt(behaviour)).toMatchObject({ statusCode: 200 });
    await connectionIsGone();
    expect(receiver.requests).toHaveLength(1);
  });

  it('has 64 KiB of its response read and 16 KiB of it stored', async () => {
    const outcome = await attempt(hostile.flood(`${OK}content-length: ${GIB}\r\n\r\n`, GIB));
    expect(outcome).toMatchObject({ statusCode: 200, body: 'x'.repeat(16 * KIB) });
    await connectionIsGone();
    // The rest of these bytes is in the buffers of the kernel on both sides. The process has read only its limit.
    expect(receiver.bytesSent).toBeLessThan(16 * 1024 * KIB);
  });

  it('keeps its connection with a body of up to 64 KiB, and loses it with more', async () => {
    const body = 'x'.repeat(64 * KIB);
    expect(await attempt(hostile.say(httpResponse(200, body)))).toMatchObject({ body: 'x'.repeat(16 * KIB) });
    await post(client, receiver.url);
    expect(receiver.connections).toBe(1);
    await receiver.close();

    await attempt(hostile.say(httpResponse(200, `${body}x`)));
    await connectionIsGone();
  });

  it('gets a gzip bomb stored as the bytes it sent, never decompressed', async () => {
    const outcome = await attempt(hostile.gzipBomb());
    expect(outcome).toMatchObject({ statusCode: 200, headers: { 'content-encoding': 'gzip' } });
    expect((outcome as EgressResponse).body.length).toBeLessThanOrEqual(16 * KIB);
  });

  it('does not make memory grow', async () => {
    receiver = await HostileReceiver.start(hostile.flood(`${OK}content-length: ${GIB}\r\n\r\n`, GIB));
    const round = async (): Promise<void> => {
      await Promise.all(Array.from({ length: 8 }, () => post(client, receiver.url)));
    };
    await round();
    const before = process.memoryUsage().rss;
    for (let rounds = 0; rounds < 25; rounds += 1) await round();
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * KIB);
  });

  it('gets the request once more on a new connection when it had closed the idle one', async () => {
    const closesOnReuse: Behaviour = (socket, nth) =>
      nth === 1 ? socket.write(httpResponse()) : socket.resetAndDestroy();
    await attempt(closesOnReuse);
    expect(await post(client, receiver.url)).toMatchObject({ statusCode: 200 });
    expect(receiver.connections).toBe(2);
    expect(receiver.requests).toHaveLength(3);
  });

  it('gets the repeated request on a new connection even if another one is idle, because that may be stale, too', async () => {
    receiver = await HostileReceiver.start(hostile.say(httpResponse()));
    await Promise.all([post(client, receiver.url), post(client, receiver.url)]);
    receiver.behave((socket, nth) => (nth === 1 ? socket.write(httpResponse()) : socket.resetAndDestroy()));
    expect(await post(client, receiver.url)).toMatchObject({ statusCode: 200 });
    expect(receiver.connections).toBe(3);
  });

  it('does not get the request again when it resets a new connection that has replaced an idle one', async () => {
    await attempt(hostile.say(httpResponse()));
    receiver.behave((socket) => socket.resetAndDestroy());
    // Called from a timer, so that the event loop notices the end of the idle connection after `post` has passed the request on,
    // and before the request is written.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const closed = receiver.closeConnections();
    await expect(post(client, receiver.url)).rejects.toMatchObject({ code: 'CONNECTION_RESET' });
    await closed;
    expect(receiver.requests).toHaveLength(2);
  });

  it('does not get the request a third time', async () => {
    const closesAfterFirst: Behaviour = (socket, _nth, connection) =>
      connection === 1 && receiver.requests.length === 1
        ? socket.write(httpResponse())
        : socket.resetAndDestroy();
    await attempt(closesAfterFirst);
    await expect(post(client, receiver.url)).rejects.toMatchObject({ code: 'CONNECTION_RESET' });
    expect(receiver.requests).toHaveLength(3);
  });

  it('does not get the request again once a byte of a response has arrived', async () => {
    const oneByteOnReuse: Behaviour = (socket, nth) => {
      if (nth === 1) socket.write(httpResponse());
      else hostile.reset('H')(socket, nth, 1);
    };
    await attempt(oneByteOnReuse);
    await expect(post(client, receiver.url)).rejects.toMatchObject({ code: 'CONNECTION_RESET' });
    expect(receiver.requests).toHaveLength(2);
  });

  it('does not get the request again from an attempt whose deadline has passed', async () => {
    await attempt((socket, nth) => void (nth === 1 && socket.write(httpResponse())));
    await expect(post(client, receiver.url, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await connectionIsGone();
    expect(receiver.requests).toHaveLength(2);
  });

  it('cannot slip a response to the next request into an idle connection', async () => {
    const respondTwice: Behaviour = (socket, nth) => {
      if (nth === 1) socket.write(httpResponse(200, 'mine') + httpResponse(200, 'forged'));
    };
    await attempt(respondTwice);
    expect(await post(client, receiver.url)).toMatchObject({ body: 'mine' });
    expect(receiver.connections).toBe(2);
  });
});
