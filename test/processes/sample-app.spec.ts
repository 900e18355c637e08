import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDatabase, eachDatabase } from '../support/databases.js';
import { Receiver, verifySignature } from '../support/receiver.js';
import { accessToken, type SampleResponse, callWith, signIn } from '../e2e/sample/sample-client.js';
import { type Ended, SampleProcess } from './sample-process.js';

interface Response {
  content?: Record<string, { schema: { $ref?: string } }>;
}
interface Operation {
  summary?: string;
  security?: Record<string, unknown>[];
  responses: Record<string, Response>;
  parameters: { name: string; in: string; schema: { type?: string } }[];
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: Record<string, unknown>; schemas: object };
}

describe('the sample app does not start', () => {
  const startWith = (env: Record<string, string>) =>
    SampleProcess.spawn('dist-sample/main.js', {
      PORT: '0',
      DATABASE_URL: 'sqlite:./package.json/pos.sqlite',
      ...env,
    }).ended;

  // config.spec.ts has the other variables: how each is refused needs no process.
  it('with a value that it cannot use: one line names the variable and the value, exit code 1', async () => {
    const { exitCode, output } = await startWith({ PORT: 'http' });
    expect(exitCode).toBe(1);
    expect(output).toMatch(/^The sample app cannot start. PORT='http' .*Set .*\n$/);
  });

  it.each([
    ['127.0.0.1/64', '127.0.0.1/64'],
    ['10.0.0.0/8,,', "''"],
  ])('when the module refuses the value of a variable (%s)', async (WEBHOOKS_ALLOW_CIDRS, value) => {
    const database = await createDatabase('sqlite');
    const { exitCode, output } = await startWith({ DATABASE_URL: database.url, WEBHOOKS_ALLOW_CIDRS });
    await database.drop();
    expect(exitCode).toBe(1);
    expect(output).toMatch(/^The sample app cannot start. WEBHOOKS_ALLOW_CIDRS: .*\n$/s);
    expect(output).toContain(value);
    expect(output).not.toContain('    at ');
  });

  it('when a SQLite file cannot be made or a PostgreSQL database does not exist', async () => {
    const postgres = new URL(process.env.TEST_POSTGRES_URL ?? '');
    postgres.pathname = '/no_such_database';
    postgres.password = 'hunter2';
    for (const DATABASE_URL of ['sqlite:./package.json/pos.sqlite', postgres.href]) {
      const { exitCode, output } = await startWith({ DATABASE_URL });
      expect(exitCode).toBe(1);
      expect(output).toMatch(
        /^The sample app cannot start. DATABASE_URL names .*, which cannot be used: .*\n$/,
      );
      expect(output).not.toContain('hunter2');
    }
  });

  it('when another process listens on PORT', async () => {
    const database = await createDatabase('sqlite');
    const other = createServer().listen(0);
    await new Promise((resolve) => other.once('listening', resolve));
    const PORT = String((other.address() as AddressInfo).port);
    const { exitCode, output } = await startWith({ DATABASE_URL: database.url, PORT });
    other.close();
    await database.drop();
    expect({ exitCode, output }).toEqual({
      exitCode: 1,
      output: expect.stringMatching(
        new RegExp(`^The sample app cannot start\\. PORT=${PORT} is in use.*\\n$`),
      ) as unknown,
    });
  });
});

describe('npm start', () => {
  let app: SampleProcess;
  let health: SampleResponse;
  let ended: Ended;
  let document: Document;

  beforeAll(async () => {
    const database = await createDatabase('sqlite');
    app = SampleProcess.spawn('scripts/start.mjs', { PORT: '0', DATABASE_URL: database.url });
    const call = callWith(await app.untilReady(), undefined);
    health = await call('GET', '/health');
    ({ body: document } = await call<Document>('GET', '/docs-json'));
    ended = await app.stop();
    await database.drop();
  }, 60_000);

  it('serves, prints its address in one line, and exits with 0 on SIGTERM', () => {
    expect(health).toMatchObject({ status: 200, body: { pid: app.pid } });
    expect(ended.exitCode).toBe(0);
    expect(ended.output).toMatch(
      /^POS ready on http:\S+ · docs http:\S+\/docs · worker on · controllers on · SQLite .*\n$/,
    );
  });

  describe('and GET /docs-json', () => {
    let routes: { route: string; operation: Operation }[];
    beforeAll(() => {
      routes = Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({
          route: `${method.toUpperCase()} ${path}`,
          operation,
        })),
      );
      expect(routes.length).toBeGreaterThan(45);
    });
    const routesWith = (isAtFault: (operation: Operation) => boolean) =>
      routes.filter(({ operation }) => isAtFault(operation)).map(({ route }) => route);

    it('has a summary and a security scheme on every route', () => {
      expect(routesWith(({ summary }) => !summary)).toEqual([]);
      expect(routesWith(({ security }) => security === undefined)).toEqual([]);
    });

    it('names device tokens and access tokens differently', () => {
      const text = expect.any(String) as unknown;
      expect(document.components.securitySchemes).toEqual({
        accessToken: { scheme: 'bearer', bearerFormat: 'JWT', type: 'http', description: text },
        deviceToken: { scheme: 'bearer', type: 'http', description: text },
      });
      expect(
        routesWith(({ security }) => security?.some((scheme) => 'deviceToken' in scheme) ?? false),
      ).toEqual(['POST /v2/account']);
    });

    it('has one success status on every route, two where a dry run has its own, and a body on every response but 204', () => {
      const successes = (operation: Operation) =>
        Object.keys(operation.responses).filter((status) => status.startsWith('2'));
      expect(routesWith((operation) => successes(operation).length !== 1)).toEqual(
        ['recover', 'replay'].map(
          (job) => `POST /v2/tenants/{tenantUid}/httptransports/{httpTransportUid}/${job}`,
        ),
      );
      const bodiless = routes.flatMap(({ route, operation }) =>
        Object.entries(operation.responses)
          .filter(([status, { content }]) => status !== '204' && content === undefined)
          .map(([status]) => `${route} ${status}`),
      );
      expect(bodiless).toEqual([]);
    });

    it('has a type for every parameter', () => {
      const untyped = ({ parameters }: Operation) =>
        parameters.some(({ schema }) => schema?.type === undefined);
      expect(routesWith(untyped)).toEqual([]);
    });
  });
});

describe('npm start without DATABASE_URL', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tillhook-start-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const openLink = (link: string) => {
    const { origin, hash } = new URL(link);
    return callWith(origin, undefined)<{ token: string; tenantUid: string }>('POST', '/v2/portal/session', {
      code: hash.slice('#link='.length),
    });
  };

  it('makes example traffic, and prints a link that opens the portal once, and one to the operator console', async () => {
    const app = SampleProcess.spawn('scripts/start.mjs', { PORT: '0' }, [], folder);
    const link = await app.untilPrinted(/^ +(http:\S+\/v2\/portal#link=\S+)$/m);
    const opened = await openLink(link);
    expect(opened).toMatchObject({ status: 200, body: { tenantUid: 'demo', readOnly: false } });
    expect((await openLink(link)).status).toBe(401);
    const { origin } = new URL(link);
    const deliveries = await fetch(`${origin}/v2/tenants/demo/deliveries?status=FAILED`, {
      headers: { 'x-tillhook-portal': opened.body.token },
    });
    expect(((await deliveries.json()) as { items: object[] }).items.length).toBeGreaterThan(5);

    const token = (await app.untilPrinted(/^ +(http:\S+\/operators#token=\S+)$/m)).split('#token=')[1]!;
    expect(await (await fetch(`${origin}/operators`)).text()).toContain('<webhooks-operator-portal');
    const ofOperators = async (authorization: string): Promise<number> =>
      (await fetch(`${origin}/v2/webhookoperations/overview`, { headers: { authorization } })).status;
    expect([await ofOperators(`Bearer ${token}`), await ofOperators(`Bearer ${token}x`)]).toEqual([200, 403]);

    const other = await SampleProcess.spawn('scripts/portal-link.mjs', {}, [origin, '--read-only']).ended;
    expect(await openLink(other.output.trim())).toMatchObject({ status: 200, body: { readOnly: true } });
    expect((await app.stop()).exitCode).toBe(0);
  }, 60_000);

  it('makes nothing and prints no link in production', async () => {
    const env = {
      PORT: '0',
      NODE_ENV: 'production',
      WEBHOOKS_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    };
    const app = SampleProcess.spawn(
      'dist-sample/main.js',
      env,
      [],
      mkdtempSync(path.join(folder, 'production-')),
    );
    const call = await signIn(await app.untilReady());
    for (const list of ['httptransports', 'webhookevents', 'portallinks'])
      expect((await call('GET', `/${list}`)).body).toMatchObject({ items: [] });
    const { output, exitCode } = await app.stop();
    expect(output).not.toContain('#link=');
    expect(exitCode).toBe(0);
  });
});

describe('the help of a script', () => {
  it.each(['scripts/start.mjs', 'scripts/demo.mjs', 'scripts/portal-link.mjs'])(
    'of %s shows its usage',
    async (script) => {
      const { exitCode, output } = await SampleProcess.spawn(script, {}, ['--help']).ended;
      expect({ exitCode, output }).toEqual({
        exitCode: 0,
        output: expect.stringMatching(/Usage: (npm |node scripts\/)/) as unknown,
      });
    },
  );
});

describe('npm run demo', () => {
  it('delivers, rolls back and retries as described, and exits 0', async () => {
    const { exitCode, output } = await SampleProcess.spawn('scripts/demo.mjs').ended;
    expect(output).toMatch(/ORDER_SETTLED +sale-3 +\S+ +DELIVERED +500, 500, 200/);
    expect(output).not.toMatch(/sale-2/);
    expect(output).toContain('To see the portal with example traffic, run npm start');
    expect(exitCode).toBe(0);
  }, 60_000);

  it('exits 1 and says why when it cannot do what it shows', async () => {
    const { exitCode, output } = await SampleProcess.spawn('scripts/demo.mjs', { TMPDIR: '/nonexistent' })
      .ended;
    expect(output).toMatch(/The demo failed\. .*\/nonexistent/);
    expect(exitCode).toBe(1);
  });
});

const API_ONLY: Record<string, string> = { WEBHOOKS_WORKER: 'false' };
const WORKER_ONLY: Record<string, string> = { WEBHOOKS_CONTROLLERS: 'false' };

describe('four processes that start at once on an empty database', () => {
  eachDatabase((db) => {
    const running: SampleProcess[] = [];
    let [api, second, third, worker]: SampleProcess[] = [];
    const start = async (env: Record<string, string>): Promise<SampleProcess> => {
      const started = await SampleProcess.start(db().url, env);
      running.push(started);
      return started;
    };

    beforeAll(async () => {
      [api, second, third, worker] = await Promise.all(
        [API_ONLY, API_ONLY, API_ONLY, WORKER_ONLY].map(start),
      );
      const responses = await Promise.all(
        running.map(({ url }) => callWith(url, undefined)('GET', '/health')),
      );
      expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect(new Set(responses.map(({ body }) => body.pid))).toEqual(new Set(running.map(({ pid }) => pid)));
    }, 60_000);
    afterAll(() => Promise.all(running.map((started) => started.stop())));

    it('all serve, one delivers for the others, and a token of one is good for the others', async () => {
      const ask = callWith(worker!.url, undefined);
      expect(await ask('GET', '/health')).toMatchObject({
        status: 200,
        body: { worker: true, controllers: false },
      });
      expect(await ask('POST', '/v2/account', {})).toMatchObject({ status: 404 });
      expect(await ask('GET', '/v2/tenants/demo/httptransports')).toMatchObject({ status: 404 });
      const documented = await ask<{ paths: object }>('GET', '/docs-json');
      expect(Object.keys(documented.body.paths)).toEqual(['/health']);

      const receiver = await Receiver.start();
      const call = callWith(`${second!.url}/v2/tenants/demo`, await accessToken(api!.url, 'admin'));
      const transport = await call<{ signingSecret: string }>('POST', '/httptransports', {
        httpTransportUid: 'shop',
        name: 'Shop',
        url: receiver.url,
      });
      await call('POST', '/httptransports/shop/webhooks', { action: '*' });
      await call('POST', '/events', { action: 'TILL_OPEN', data: { till: { Uid: '1' } } });
      const [request] = await receiver.waitFor(1);
      verifySignature(request!, transport.body.signingSecret);

      await worker!.stop();
      await call('POST', '/events', { action: 'TILL_CLOSED', data: { till: { Uid: '1' } } });
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(receiver.requests).toHaveLength(1);
      await start(WORKER_ONLY);
      await receiver.waitFor(2);
      await receiver.close();
    }, 60_000);

    it('end on SIGTERM although a client has connected and sends nothing', async () => {
      const silent = connect(Number(new URL(api!.url).port), '127.0.0.1');
      await once(silent, 'connect');
      const startedAt = performance.now();
      expect((await api!.stop()).exitCode).toBe(0);
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      silent.destroy();
    });

    it('roll a held transaction back on SIGTERM, respond with 503 and exit 0', async () => {
      const call = await signIn(third!.url);
      const held = call('POST', '/events', { action: 'TILL_OPEN', data: {}, holdMs: 60_000 });
      await new Promise((resolve) => setTimeout(resolve, 200));
      const stopped = await third!.stop();
      expect(await held).toMatchObject({ status: 503 });
      expect(stopped.exitCode).toBe(0);
    });
  }, createDatabase);
});
