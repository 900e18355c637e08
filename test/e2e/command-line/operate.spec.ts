import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebhookOperations } from 'nestjs-tillhook';
import { Webhook } from 'standardwebhooks';
import { createDatabase, eachDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { Receiver } from '../../support/receiver.js';
import { TenantClient, type ApiTransport } from '../../support/tenant-client.js';
import { TestHost } from '../../support/test-host.js';
import { callTillhook, startTillhook, tillhook, type TillhookOptions } from '../../support/tillhook.js';

/** Runs a command that must succeed, and returns its output. Default: in this process. */
async function output(
  args: readonly string[],
  options: TillhookOptions,
  start: typeof tillhook = callTillhook,
): Promise<string> {
  const { exitCode, stdout, stderr } = await start(args, options);
  expect([exitCode, stderr]).toEqual([0, '']);
  return stdout;
}

eachDatabase((database) => {
  describe('The commands that operate a database', () => {
    let host: TestHost;
    let receiver: Receiver;
    let tenant: TenantClient;
    let transport: ApiTransport;
    const env = () => ({ DATABASE_URL: database().url, USER: 'operator' });
    const run = (...args: string[]) => output(args, { env: env(), cwd: tmpdir() });
    const ofTenant = (...args: string[]) => run(...args, '--tenant', tenant.tenantUid);

    beforeAll(async () => {
      expect(await run('migrate', '--dry-run')).toMatch(/^Would run:\n {2}CreateWebhookTables\d+\n$/);
      const options = { env: env(), cwd: tmpdir() };
      expect(await output(['migrate'], options, tillhook)).toMatch(/^Ran:\n {2}CreateWebhookTables\d+\n$/);
      expect(await run('migrate')).toBe('The webhook tables are up to date.\n');
      expect(JSON.parse(await run('migrate', '--json'))).toEqual({ dryRun: false, migrations: [] });
      host = await TestHost.start({ database: database(), webhooks: { runMigrations: false } });
      receiver = await Receiver.start();
      tenant = new TenantClient(host);
      transport = await tenant.transport(receiver);
    });
    afterAll(async () => {
      await host?.close();
      await receiver?.close();
    });

    it('emit an event that the workers of the application deliver, and list its delivery', async () => {
      const event = JSON.parse(await ofTenant('emit', 'ORDER_SETTLED', '--json')) as { eventUid: string };
      await tenant.untilLogged({ eventUid: event.eventUid, status: 'DELIVERED' });
      const lines = (await ofTenant('deliveries', '--event', event.eventUid)).trimEnd().split('\n');
      expect(lines).toHaveLength(2);
      expect(lines[0]).toMatch(/^DELIVERY +CREATED +ACTION +TRANSPORT +STATUS/);
      expect(lines[1]).toMatch(/^dlv_\w+ .* ORDER_SETTLED .* DELIVERED +1 +204/);
      const [listed] = await tenant.log();
      expect(JSON.parse(await ofTenant('deliveries', '--json', '--limit', '1'))).toMatchObject({ ...listed });
    });

    it('pause, resume, disable and enable a transport, and show its state', async () => {
      const { httpTransportUid: uid } = transport;
      expect(await ofTenant('pause', uid)).toBe(`Transport ${uid} is PAUSED.\n`);
      expect(await ofTenant('transports')).toMatch(new RegExp(`^${uid} +PAUSED +`, 'm'));
      expect(await ofTenant('resume', uid)).toBe(`Transport ${uid} is ACTIVE.\n`);
      expect(await ofTenant('disable', uid, '--reason', 'AUDIT', '--yes')).toBe(
        `Transport ${uid} is DISABLED.\n`,
      );
      expect(await tenant.get(transport)).toMatchObject({ state: 'DISABLED', disabledReason: 'AUDIT' });
      const enabled = JSON.parse(await ofTenant('enable', uid, '--json')) as unknown;
      expect(enabled).toMatchObject({ httpTransportUid: uid, state: 'ACTIVE' });
      expect(JSON.parse(await ofTenant('transports', '--json'))).toEqual([enabled]);
    });

    it('show the status of the queue', async () => {
      expect(await run('status')).toMatch(/^Status +ok\n[^]*Due deliveries +0\n/);
      expect(JSON.parse(await run('status', '--json'))).toMatchObject({
        status: 'ok',
        worker: { enabled: false },
      });
    });

    it('watch the status until interrupted, in the same place of a terminal', async () => {
      const watch = (isTerminal: boolean) =>
        callTillhook(['status', '--watch'], {
          env: env(),
          cwd: tmpdir(),
          isTerminal,
          interrupted: AbortSignal.abort(),
        });
      const report = /^(\u001b\S+)?Time +20\S+ \S+Z\nStatus +ok\n[^]*\n\n$/;
      expect(await watch(false)).toEqual({
        exitCode: 0,
        stdout: expect.stringMatching(report),
        stderr: '',
      });
      expect((await watch(true)).stdout).toMatch(/^\u001b/);
    });

    it('stop all deliveries with --yes until they are resumed, and show it in the status', async () => {
      const refused = await tillhook(['stop-all'], { env: env(), cwd: tmpdir() });
      expect([refused.exitCode, refused.stderr]).toEqual([
        2,
        expect.stringContaining('Add --yes to continue.'),
      ]);
      expect(await run('stop-all', '--reason', 'Incident 7', '--yes')).toMatch(
        /^All deliveries have been stopped since 20.*resume-all/,
      );
      expect(await run('status')).toMatch(
        /^Status +degraded\nDeliveries +stopped by an operator\n[^]*DELIVERIES_STOPPED: .*"Incident 7"/,
      );
      const eventUid = await tenant.emit();
      await tenant.untilLog((log) => expect(log[0]).toMatchObject({ eventUid, status: 'PENDING' }));
      expect(await run('resume-all')).toBe('Deliveries are not stopped any more.\n');
      // Nothing was stopped, so nothing changes and the audit has no entry.
      expect(JSON.parse(await run('resume-all', '--json'))).toEqual({ stop: null });
      await tenant.untilLog((log) => expect(log[0]).toMatchObject({ eventUid, status: 'DELIVERED' }));
      const { items } = await host.app.get(WebhookOperations, { strict: false }).audit();
      expect(items.map(({ kind, actor }) => [kind, actor])).toEqual([
        ['DELIVERIES_RESUMED', 'cli:operator'],
        ['DELIVERIES_STOPPED', 'cli:operator'],
      ]);
      expect(JSON.parse(await run('stop-all', '--yes', '--json'))).toMatchObject({ stop: { reason: null } });
      await run('resume-all');
    });

    it('report unknown resources with the code of the API', async () => {
      const args = ['pause', 'nobody', '--tenant', tenant.tenantUid, '--json'];
      const { exitCode, stderr } = await callTillhook(args, { env: env(), cwd: tmpdir() });
      expect([exitCode, JSON.parse(stderr)]).toEqual([
        1,
        { error: { code: 'HTTP_TRANSPORT_NOT_FOUND', message: expect.any(String) } },
      ]);
    });

    it('follow the deliveries of a tenant until interrupted', async () => {
      const following = startTillhook(['deliveries', '--follow', '--tenant', tenant.tenantUid], {
        env: env(),
        cwd: tmpdir(),
      });
      try {
        await eventually(() => following.stdout().includes('DELIVERY'));
        const eventUid = await tenant.emit('4711');
        await tenant.untilLog((log) => expect(log[0]).toMatchObject({ eventUid, status: 'DELIVERED' }));
        const [delivery] = await tenant.log();
        await eventually(() =>
          new RegExp(`^${delivery!.deliveryUid} .* DELIVERED`, 'm').test(following.stdout()),
        );
        expect(await following.interrupt()).toBe(0);
      } finally {
        await following.interrupt();
      }
    });

    // The last test: from then on, the host of the test holds its deliveries.
    it('adopt an environment only with --yes', async () => {
      const refused = await callTillhook(['adopt-environment', 'staging'], { env: env(), cwd: tmpdir() });
      expect([refused.exitCode, refused.stderr]).toEqual([
        2,
        expect.stringContaining('Add --yes to continue.'),
      ]);
      expect(await run('adopt-environment', 'staging', '--yes')).toContain('"staging"');
      expect(JSON.parse(await run('adopt-environment', 'staging', '--yes', '--json'))).toEqual({
        environment: 'staging',
      });
      expect(await run('status')).toMatch(
        /^Status +ok\nDeliveries +not stopped\nEnvironment +staging\n[^]*wait for a worker +-\n$/,
      );
      const folder = await mkdtemp(path.join(tmpdir(), 'tillhook-environment-'));
      const file = path.join(folder, 'tillhook.config.json');
      await writeFile(file, JSON.stringify({ webhooks: { environment: 'production' } }));
      expect(await run('status', '--config', file)).toMatch(/^Status +\w+\n[^]*\nENVIRONMENT_MISMATCH: /);
      await rm(folder, { recursive: true });
    });
  });
}, createDatabase);

describe('The commands that need a database', () => {
  it.each([
    ['no address', ['status'], {}, 2, 'Address of the database missing.'],
    [
      'no tenant',
      ['transports'],
      { DATABASE_URL: 'postgres://localhost/shop' },
      2,
      'Option "--tenant" missing',
    ],
    [
      'a server that cannot be reached',
      ['status'],
      { DATABASE_URL: 'postgres://127.0.0.1:1/shop' },
      1,
      'ECONNREFUSED',
    ],
    ['a database in memory', ['status'], { DATABASE_URL: 'sqlite::memory:' }, 1, 'only for one connection'],
    [
      'no argument',
      ['pause'],
      { DATABASE_URL: 'postgres://localhost/shop' },
      2,
      'Argument TRANSPORT missing',
    ],
  ])('refuse %s', async (_what, args, env, code, message) => {
    const { exitCode, stdout, stderr } = await callTillhook(args, { env, cwd: tmpdir() });
    expect([exitCode, stdout, stderr]).toEqual([code, '', expect.stringContaining(message)]);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe('The commands for receivers', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const body = '{"action":"ORDER_SETTLED"}';
  const signedAt = new Date();
  const headers = {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(signedAt.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign('evt_1', signedAt, body),
  };
  const request = `POST /hooks HTTP/1.1\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n${body}`;

  it('verify a request from the standard input', async () => {
    const env = { TILLHOOK_SECRET: secret };
    const valid = await tillhook(['verify'], { env, input: request });
    expect([valid.exitCode, valid.stdout]).toEqual([
      0,
      expect.stringMatching(/^Signature valid: webhook-id evt_1,/),
    ]);
    const changed = await tillhook(['verify', '--json'], { env, input: `${request} ` });
    expect([changed.exitCode, JSON.parse(changed.stderr)]).toMatchObject([
      1,
      { error: { code: 'WEBHOOK_SIGNATURE_INVALID' } },
    ]);
  });

  it('listen, verify, print and forward requests', async () => {
    const target = await Receiver.start();
    target.respond({ status: 503 });
    const listening = startTillhook(
      ['listen', '--port', '0', '--secret', secret, '--forward-to', target.url],
      {
        cwd: tmpdir(),
      },
    );
    try {
      const url = await eventually(() => /http:\/\/127\.0\.0\.1:\d+/.exec(listening.stderr())?.[0]);
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(503);
      expect((await fetch(url, { method: 'POST', headers, body: '{}' })).status).toBe(401);
      expect(target.requests.map((received) => received.body.toString())).toEqual([body]);
      expect(target.requests[0]!.headers).toMatchObject(headers);
      // A process may print a line after its response has arrived.
      const lines = /evt_1 .* signature valid {2}-> 503\n.* WEBHOOK_SIGNATURE_INVALID {2}-> 401\n$/;
      await eventually(() => lines.test(listening.stdout()), { what: 'a line for each request' });
      expect(await listening.interrupt()).toBe(0);
    } finally {
      await listening.interrupt();
      await target.close();
    }
  });
});
