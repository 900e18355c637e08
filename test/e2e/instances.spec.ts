import { Inject, Injectable, Module, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  getWebhooksToken,
  HttpTransports,
  InjectWebhookEmitter,
  WebhookEmitter,
  WebhooksHealth,
  WebhooksModule,
  type AccessDecision,
} from 'nestjs-tillhook';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { createDatabase } from '../support/databases.js';
import { Receiver } from '../support/receiver.js';
import type { TestDatabase } from '../support/test-database.js';

type Options = Parameters<typeof WebhooksModule.forRoot>[0];

const COMMON = {
  runMigrations: true,
  pollMs: 25,
  egress: { allowCidrs: ['127.0.0.1/32'], allowHttp: true },
} satisfies Options;
/** Grants access to requests with this word. */
const policy =
  (word: string) =>
  (request: unknown): AccessDecision =>
    (request as { headers: Record<string, string> }).headers['x-word'] === word ? 'granted' : 'forbidden';

@Injectable()
class Emitters {
  constructor(
    @InjectWebhookEmitter() readonly plain: WebhookEmitter,
    @InjectWebhookEmitter('reports') readonly reports: WebhookEmitter,
    @Inject(getWebhooksToken(WebhooksHealth, 'reports')) readonly health: WebhooksHealth,
    @Inject(getWebhooksToken(HttpTransports, 'reports')) readonly transports: HttpTransports,
  ) {}
}

let app: INestApplication | undefined;
const databases: TestDatabase[] = [];
const connecting: Promise<DataSource>[] = [];
const closeAll = async (): Promise<void> => {
  await app?.close();
  app = undefined;
  // Nest closes nothing of an application that did not start.
  for (const connected of connecting.splice(0)) {
    const dataSource = await connected;
    if (dataSource.isInitialized) await dataSource.destroy();
  }
  for (const database of databases.splice(0)) await database.drop();
};

const connect = (options: DataSourceOptions, name?: string) =>
  TypeOrmModule.forRootAsync({
    ...(name !== undefined && { name }),
    useFactory: () => ({ ...options, ...(name !== undefined && { name }) }),
    dataSourceFactory: (given) => {
      const connected = new DataSource(given!).initialize();
      connecting.push(connected);
      return connected;
    },
  });

async function start(
  modules: unknown[],
  { providers = [], platform = 'express' }: { providers?: Type[]; platform?: string } = {},
): Promise<string> {
  const [first, second] = [await createDatabase('sqlite'), await createDatabase('postgres')];
  databases.push(first, second);
  @Module({
    imports: [connect(first.options), connect(second.options, 'reporting'), ...(modules as [])],
    providers,
  })
  class HostModule {}
  const options = { logger: false as const, abortOnError: false };
  const created: INestApplication =
    platform === 'fastify'
      ? await NestFactory.create(HostModule, new FastifyAdapter(), options)
      : await NestFactory.create(HostModule, options);
  app = created;
  await created.listen(0, '127.0.0.1');
  return created.getUrl();
}

describe.each(['express', 'fastify'])('two instances of the module in one application on %s', (platform) => {
  afterEach(closeAll);

  it('have policies, databases, prefixes and emitters of their own', async () => {
    const url = await start(
      [
        WebhooksModule.forRoot({ ...COMMON, accessPolicy: policy('plain'), path: 'a', isGlobal: true }),
        WebhooksModule.forRootAsync({
          name: 'reports',
          accessPolicy: policy('reports'),
          path: 'b',
          dataSource: 'reporting',
          useFactory: () => COMMON,
        }),
      ],
      { providers: [Emitters], platform },
    );
    const call = (path: string, word: string, body?: object): Promise<Response> =>
      fetch(`${url}/${path}/tenants/7/httptransports`, {
        method: body ? 'POST' : 'GET',
        headers: { 'x-word': word, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
    const statuses = await Promise.all(
      [call('a', 'plain'), call('a', 'reports'), call('b', 'plain'), call('b', 'reports')].map(
        async (response) => (await response).status,
      ),
    );
    expect(statuses).toEqual([200, 403, 403, 200]);

    const [forPlain, forReports] = [await Receiver.start(), await Receiver.start()];
    for (const [path, word, receiver] of [
      ['a', 'plain', forPlain],
      ['b', 'reports', forReports],
    ] as const) {
      const uid = `for-${word}`;
      const created = await call(path, word, { httpTransportUid: uid, name: word, url: receiver.url });
      expect(created.status).toBe(200);
      const subscribed = await fetch(`${url}/${path}/tenants/7/httptransports/${uid}/webhooks`, {
        method: 'POST',
        headers: { 'x-word': word, 'content-type': 'application/json' },
        body: JSON.stringify({ action: '*' }),
      });
      expect(subscribed.status).toBe(200);
    }
    const emitters = app!.get(Emitters);
    await emitters.plain.emit('TILL_OPEN', { till: { Uid: '1' } }, { tenantUid: '7', eventUid: 'p' });
    await emitters.reports.emit('TILL_OPEN', { till: { Uid: '2' } }, { tenantUid: '7', eventUid: 'r' });
    await forPlain.waitFor(1);
    await forReports.waitFor(1);
    expect(forPlain.requests.map(({ headers }) => headers['webhook-id'])).toEqual(['p']);
    expect(forReports.requests.map(({ headers }) => headers['webhook-id'])).toEqual(['r']);
    expect((await emitters.health.check()).status).toBe('ok');
    const { items } = await emitters.transports.list('7');
    expect(items.map(({ httpTransportUid }) => httpTransportUid)).toEqual(['for-reports']);
    await forPlain.close();
    await forReports.close();
  });
});

describe('instances that Nest would mix up are refused at the start', () => {
  afterEach(closeAll);

  const plain = (more: Partial<Options> = {}) =>
    WebhooksModule.forRoot({ ...COMMON, accessPolicy: policy('any'), ...more });

  it.each<[what: string, second: Partial<Options>, message: RegExp]>([
    ['two without a name', { path: 'b' }, /twice with no name.*InjectWebhookEmitter/],
    ['two at one path', { name: 'reports', path: 'a' }, /twice with the path "a".*controllers: false/],
  ])('%s', async (_, second, message) => {
    const starting = start([plain({ path: 'a' }), plain({ dataSource: 'reporting', ...second })]);
    await expect(starting).rejects.toMatchObject({
      code: 'DUPLICATE_INSTANCE',
      message: expect.stringMatching(message),
    });
  });

  it('but not one definition that several modules import', async () => {
    const shared = plain();
    @Module({ imports: [shared] })
    class Feature {}
    await start([shared, Feature]);
    expect(app!.get(WebhookEmitter, { strict: false })).toBeInstanceOf(WebhookEmitter);
  });
});

describe('a mistake of the host in the import of the module is refused with a remedy', () => {
  afterEach(closeAll);

  it('WebhooksModule without forRoot', async () => {
    await expect(start([WebhooksModule])).rejects.toMatchObject({
      code: 'MODULE_NOT_CONFIGURED',
      message: expect.stringContaining('isGlobal: true'),
    });
  });

  it('a data source that does not exist', async () => {
    const module = WebhooksModule.forRoot({ ...COMMON, accessPolicy: policy('any'), dataSource: 'reportng' });
    await expect(start([module])).rejects.toMatchObject({
      code: 'DATA_SOURCE_MISSING',
      message: expect.stringContaining('"reportng"'),
    });
  });

  it('no data source at all', async () => {
    const module = WebhooksModule.forRoot({ ...COMMON, accessPolicy: policy('any') });
    await expect(NestFactory.create(module, { logger: false, abortOnError: false })).rejects.toMatchObject({
      code: 'DATA_SOURCE_MISSING',
      message: expect.stringContaining('TypeOrmModule.forRoot'),
    });
  });

  it('an option of forRoot that its factory returns', async () => {
    const module = WebhooksModule.forRootAsync({
      accessPolicy: policy('any'),
      useFactory: () => ({ ...COMMON, worker: false }) as object,
    });
    await expect(start([module])).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/"worker".*beside useFactory/),
    });
  });
});

describe('an access policy', () => {
  afterEach(closeAll);

  class Policy {
    check = policy('word');
  }
  it.each<[form: string, given: unknown]>([
    ['a class whose method is a property', Policy],
    ['an instance', new Policy()],
    ['a function', policy('word')],
    ['a value provider', { useValue: new Policy() }],
  ])('may be %s', async (_, given) => {
    const url = await start([WebhooksModule.forRoot({ ...COMMON, accessPolicy: given as never })]);
    const ask = async (word: string): Promise<number> =>
      (await fetch(`${url}/tenants/7/quotas`, { headers: { 'x-word': word } })).status;
    expect([await ask('word'), await ask('other')]).toEqual([200, 403]);
  });

  it.each([
    ['a text', 'admin'],
    ['an object without check()', {}],
    ['null', null],
  ])('may not be %s', (_, given) => {
    expect(() => WebhooksModule.forRoot({ ...COMMON, accessPolicy: given as never })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('check()') }),
    );
  });
});
