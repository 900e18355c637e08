import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createDatabase, eachDatabase } from '../../support/databases.js';
import { Receiver, verifySignature } from '../../support/receiver.js';
import { accessToken, callWith, signIn } from './sample-app.js';
import { SampleProcess } from './sample-process.js';

const running: SampleProcess[] = [];
const start = async (...args: Parameters<typeof SampleProcess.start>) => {
  const started = await SampleProcess.start(...args);
  running.push(started);
  return started;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((started) => started.stop()));
});

describe('the sample app does not start', () => {
  const startWith = (env: Record<string, string>) =>
    SampleProcess.spawn('dist-sample/main.js', {
      PORT: '0',
      DATABASE_URL: 'sqlite:./package.json/pos.sqlite',
      ...env,
    }).ended;

  it.each([
    ['PORT', 'http'],
    ['DATABASE_URL', 'oracle://db'],
    ['WEBHOOKS_WORKER', 'maybe'],
    ['WEBHOOKS_RETRY_SCHEDULE_MS', 'soon'],
  ])('with %s=%s: one line names the variable and the value, exit code 1', async (variable, value) => {
    const { exitCode, output } = await startWith({ [variable]: value });
    expect(exitCode).toBe(1);
    expect(output).toMatch(new RegExp(`^The sample app cannot start. ${variable}='${value}' .*Set .*\\n$`));
  });

  it.each([
    ['WEBHOOKS_LEASE_MS', { WEBHOOKS_LEASE_MS: '1500', WEBHOOKS_TIMEOUT_MS: '1000' }, '1500'],
    ['WEBHOOKS_ALLOW_CIDRS', { WEBHOOKS_ALLOW_CIDRS: '127.0.0.1/64' }, '127.0.0.1/64'],
    ['WEBHOOKS_ALLOW_CIDRS', { WEBHOOKS_ALLOW_CIDRS: '10.0.0.0/8,,' }, "''"],
    ['WEBHOOKS_RETRY_SCHEDULE_MS', { WEBHOOKS_RETRY_SCHEDULE_MS: Array(51).fill('1').join() }, 'at most 50'],
  ])('when the module refuses the value of %s', async (variable, env, value) => {
    const database = await createDatabase('sqlite');
    const { exitCode, output } = await startWith({ DATABASE_URL: database.url, ...env });
    await database.drop();
    expect(exitCode).toBe(1);
    expect(output).toMatch(new RegExp(`^The sample app cannot start. ${variable}: .*\\n$`, 's'));
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
      output: expect.stringContaining(`PORT=${PORT} is in use`) as unknown,
    });
  });
});

describe('npm start', () => {
  it('serves, says where in one line, and exits 0 on SIGTERM', async () => {
    const database = await createDatabase('sqlite');
    const app = SampleProcess.spawn('scripts/start.mjs', { PORT: '0', DATABASE_URL: database.url });
    const url = await app.untilReady();
    expect(await callWith(url, undefined)('GET', '/health')).toMatchObject({
      status: 200,
      body: { pid: app.pid },
    });
    const { exitCode, output } = await app.stop();
    await database.drop();
    expect(exitCode).toBe(0);
    expect(output).toMatch(
      /^POS ready on http:\S+ · docs http:\S+\/docs · worker on · controllers on · SQLite .*\n$/,
    );
  });

  it.each(['scripts/start.mjs', 'scripts/demo.mjs'])('%s --help says what it does', async (script) => {
    const { exitCode, output } = await SampleProcess.spawn(script, {}, ['--help']).ended;
    expect({ exitCode, output }).toEqual({
      exitCode: 0,
      output: expect.stringContaining('Usage: npm ') as unknown,
    });
  });
});

describe('npm run demo', () => {
  it('tells its story on real processes and exits 0', async () => {
    const { exitCode, output } = await SampleProcess.spawn('scripts/demo.mjs').ended;
    expect(output).toMatch(/ORDER_SETTLED +sale-3 +\S+ +DELIVERED +500, 500, 200/);
    expect(output).not.toMatch(/sale-2/);
    expect(exitCode).toBe(0);
  }, 60_000);

  it('exits 1 and says why when it cannot do what it shows', async () => {
    const { exitCode, output } = await SampleProcess.spawn('scripts/demo.mjs', { TMPDIR: '/nonexistent' })
      .ended;
    expect(output).toMatch(/The demo failed\. .*\/nonexistent/);
    expect(exitCode).toBe(1);
  });
});

eachDatabase((db) => {
  it('four processes that start at once on an empty database all serve', async () => {
    const apps = await Promise.all(Array.from({ length: 4 }, () => start(db().url)));
    const answers = await Promise.all(apps.map(({ url }) => callWith(url, undefined)('GET', '/health')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.pid))).toEqual(new Set(apps.map(({ pid }) => pid)));
  }, 60_000);

  it('one process serves and another delivers, and a token of one is good for the other', async () => {
    const [api, worker] = await Promise.all([
      start(db().url, { WEBHOOKS_WORKER: 'false' }),
      start(db().url, { WEBHOOKS_CONTROLLERS: 'false' }),
    ]);
    const second = await start(db().url, { WEBHOOKS_WORKER: 'false' });
    const ask = callWith(worker.url, undefined);
    expect(await ask('GET', '/health')).toMatchObject({
      status: 200,
      body: { worker: true, controllers: false },
    });
    expect(await ask('POST', '/v2/account', {})).toMatchObject({ status: 404 });
    expect(await ask('GET', '/v2/tenants/demo/httptransports')).toMatchObject({ status: 404 });
    const documented = await ask<{ paths: object }>('GET', '/docs-json');
    expect(Object.keys(documented.body.paths)).toEqual(['/health']);

    const receiver = await Receiver.start();
    const call = callWith(`${second.url}/v2/tenants/demo`, await accessToken(api.url, 'admin'));
    const transport = await call<{ signingSecret: string }>('POST', '/httptransports', {
      httpTransportUid: 'shop',
      name: 'Shop',
      url: receiver.url,
    });
    await call('POST', '/httptransports/shop/webhooks', { action: '*' });
    await call('POST', '/events', { action: 'TILL_OPEN', data: { till: { Uid: '1' } } });
    const [request] = await receiver.waitFor(1);
    if (request) verifySignature(request, transport.body.signingSecret);

    await worker.stop();
    await call('POST', '/events', { action: 'TILL_CLOSED', data: { till: { Uid: '1' } } });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(receiver.requests).toHaveLength(1);
    await start(db().url, { WEBHOOKS_CONTROLLERS: 'false' });
    await receiver.waitFor(2);
    await receiver.close();
  }, 60_000);

  it('SIGTERM ends it although a client has connected and sends nothing', async () => {
    const app = await start(db().url);
    const silent = connect(Number(new URL(app.url).port), '127.0.0.1');
    await once(silent, 'connect');
    const startedAt = performance.now();
    expect((await app.stop()).exitCode).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    silent.destroy();
  });

  it('SIGTERM rolls a held transaction back, answers 503 and exits 0', async () => {
    const app = await start(db().url);
    const call = await signIn(app.url);
    const held = call('POST', '/events', { action: 'TILL_OPEN', data: {}, holdMs: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const stopped = await app.stop();
    expect(await held).toMatchObject({ status: 503 });
    expect(stopped.exitCode).toBe(0);
  });
});

describe('GET /docs-json of the sample app', () => {
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
  let document: Document;
  let routes: { route: string; operation: Operation }[];

  beforeAll(async () => {
    const database = await createDatabase('sqlite');
    const app = await SampleProcess.start(database.url);
    ({ body: document } = await callWith(app.url, undefined)<Document>('GET', '/docs-json'));
    await app.stop();
    await database.drop();
    routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        route: `${method.toUpperCase()} ${path}`,
        operation,
      })),
    );
    expect(routes.length).toBeGreaterThan(45);
  }, 60_000);
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

  it('has one success status on every route, and a body on every response but 204', () => {
    const successes = (operation: Operation) =>
      Object.keys(operation.responses).filter((status) => status.startsWith('2'));
    expect(routesWith((operation) => successes(operation).length !== 1)).toEqual([]);
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
