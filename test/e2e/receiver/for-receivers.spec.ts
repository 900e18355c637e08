import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMigratedDatabase } from '../../support/databases.js';
import { codeBlocksOf, fileOf, readPage } from '../../support/markdown.js';
import { Receiver, type ReceivedRequest } from '../../support/receiver.js';
import { installedLanguages, verdictsOf, type SignatureCase } from '../../support/receiver-languages.js';
import { TenantClient, type ApiTransport } from '../../support/tenant-client.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';

const page = readPage('docs/for-receivers.md');
const blocks = codeBlocksOf(page);
const codeOf = (file: string): string => blocks.find(({ code }) => fileOf(code) === file)!.code;
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

describe('the page for receivers', () => {
  let database: TestDatabase;
  let host: TestHost;
  let tenant: TenantClient;
  let receiver: Receiver;
  let folder: string;
  let oldSecret: string;
  let newSecret: string;
  /** A request that is signed with the first secret, one that is signed with both, and a test send. */
  let requests: readonly ReceivedRequest[];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tillhook-receivers-'));
    database = await createMigratedDatabase('sqlite');
    host = await TestHost.start({ database, webhooks: { retryScheduleMs: [0, 0, 0] } });
    tenant = new TenantClient(host);
    receiver = await Receiver.start();
    const transport = await tenant.transport(receiver);
    const route = `/httptransports/${transport.httpTransportUid}`;
    oldSecret = transport.signingSecret!;
    await tenant.emit('1');
    await receiver.waitFor(1);
    newSecret = (await tenant.api.post<ApiTransport>(`${route}/rotatesecret`, {})).body.signingSecret!;
    await tenant.api.post(`${route}/test`, { action: 'TILL_OPEN' });
    requests = await receiver.waitFor(2);
  });
  afterAll(async () => {
    await host.close();
    await receiver.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it('shows the headers of a request', () => {
    const http = blocks.find(({ language }) => language === 'http')!.code;
    const shown = [...http.matchAll(/^([a-z-]+): /gm)].map((match) => match[1]!);
    const sent = Object.keys(requests[0]!.headers).filter(
      (name) => !['connection', 'content-length'].includes(name),
    );
    expect(shown.sort()).toEqual(sent.sort());
  });

  it('says how a test differs from a delivery', () => {
    const names = ['x-webhook-test', 'x-webhook-delivery', 'x-webhook-sequence'];
    expect(names.map((name) => requests[1]!.headers[name])).toEqual(['true', undefined, undefined]);
    expect(names.map((name) => name in requests[0]!.headers)).toEqual([false, true, true]);
    expect(page.text).toMatch(
      /^\| `x-webhook-test` .* have no `x-webhook-delivery` and no `x-webhook-sequence`\./m,
    );
  });

  describe.each(installedLanguages())('verifies in $name', (language) => {
    it('accepts genuine requests, also while the secret is rotated, and refuses all others', async () => {
      const [first, second] = requests.map(({ headers, body }): SignatureCase => ({
        secret: oldSecret,
        headers,
        body: body.toString('base64'),
      }));
      const withHeaders = (headers: Record<string, string>): SignatureCase => ({
        ...first!,
        headers: { ...first!.headers, ...headers },
      });
      const { 'webhook-signature': _signature, ...unsigned } = first!.headers;
      const cases: [SignatureCase, boolean][] = [
        [first!, true],
        [second!, true],
        [{ ...second!, secret: newSecret }, true],
        [{ ...first!, secret: newSecret }, false],
        [{ ...first!, secret: OTHER_SECRET }, false],
        [{ ...first!, body: Buffer.from('{"action":"FORGED"}').toString('base64') }, false],
        [withHeaders({ 'webhook-id': 'another' }), false],
        [withHeaders({ 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) - 301) }), false],
        [withHeaders({ 'webhook-timestamp': 'now' }), false],
        [withHeaders({ 'webhook-signature': 'v1' }), false],
        [{ ...first!, headers: unsigned }, false],
        [{ ...first!, headers: {} }, false],
        // Genuine, but five minutes old: signed by hand, since the module signs nothing old.
        [await signedInThePast(oldSecret, 290), true],
        [await signedInThePast(oldSecret, 310), false],
      ];
      const code = blocks.find(
        ({ language: name, code }) => name === language.name && code.includes(language.file),
      )!.code;
      const verdicts = await verdictsOf(
        language,
        code,
        cases.map(([request]) => request),
        folder,
      );
      expect(verdicts).toEqual(cases.map(([, isGenuine]) => isGenuine));
    });
  });

  describe('has a complete receiver', () => {
    let running: ChildProcess;
    let output: Promise<string>;
    let url: string;

    beforeAll(async () => {
      for (const file of ['verify.mjs', 'receiver.mjs'])
        await writeFile(path.join(folder, file), codeOf(file));
      const port = await freePort();
      url = `http://127.0.0.1:${port}/`;
      const env = { ...process.env, NODE_OPTIONS: '', SIGNING_SECRET: OTHER_SECRET, PORT: String(port) };
      running = spawn(process.execPath, [path.join(folder, 'receiver.mjs')], { env });
      output = text(running.stdout!);
    });

    it('that prints each event once', async () => {
      const settings = { signingSecret: OTHER_SECRET };
      const transport = await tenant.transport({ url }, { retryScheduleSeconds: [1, 1, 1] });
      await tenant.api.post(`/httptransports/${transport.httpTransportUid}/rotatesecret`, {
        ...settings,
        overlapHours: 0,
      });
      const eventUid = await tenant.emit('2');
      await tenant.untilLog((log) => {
        const delivery = log.find(
          (entry) => entry.eventUid === eventUid && entry.httpTransportUid === transport.httpTransportUid,
        );
        expect(delivery).toMatchObject({ status: 'DELIVERED' });
      });
      const forged = await fetch(url, { method: 'POST', headers: { connection: 'close' }, body: '{}' });
      expect(forged.status).toBe(401);
      const again = await signedInThePast(OTHER_SECRET, 1);
      for (let count = 0; count < 2; count++) {
        const body = Buffer.from(again.body, 'base64');
        const { status } = await fetch(url, {
          method: 'POST',
          headers: { ...again.headers, connection: 'close' },
          body,
        });
        expect(status).toBe(204);
      }
      running.kill();
      await once(running, 'exit');
      expect(await output).toBe(`${eventUid} ORDER_SETTLED\nevt TILL_OPEN\n`);
    });
  });
});

/** A request with a valid signature whose timestamp is `seconds` in the past. */
async function signedInThePast(secret: string, seconds: number): Promise<SignatureCase> {
  const { Webhook } = await import('standardwebhooks');
  const at = new Date(Date.now() - seconds * 1_000);
  const body = '{"action":"TILL_OPEN"}';
  return {
    secret,
    headers: {
      'webhook-id': 'evt',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign('evt', at, body),
    },
    body: Buffer.from(body).toString('base64'),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
