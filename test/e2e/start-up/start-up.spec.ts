import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhooksModule } from 'nestjs-tillhook';
import { BearerPolicy } from '../../support/bearer-policy.js';
import { createDatabase, eachDatabase } from '../../support/databases.js';
import { LogCapture } from '../../support/log-capture.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';

const STARTED = /^Webhooks started: /;
/** The process is looked at 5 s after its bootstrap. */
const RUNS_FOR_MS = 6_500;
const HOOKS_MISSING = /Shutdown hooks missing/;
/** Variables by which a process would take itself for one of a test runner. */
const OF_TEST_RUNNERS = /^(JEST_WORKER_ID|VITEST|NODE_TEST_CONTEXT)$/;

/** Runs a host in a process of its own, to its end. @returns all that it printed */
async function runHost(how: string, database: TestDatabase, webhooks: object = {}): Promise<string> {
  const settings = { how, database: database.options, webhooks, runsForMs: RUNS_FOR_MS };
  const inherited = Object.entries(process.env).filter(([name]) => !OF_TEST_RUNNERS.test(name));
  const child = spawn(process.execPath, ['test/e2e/start-up/host.mjs'], {
    env: { ...Object.fromEntries(inherited), HOST_SETTINGS: JSON.stringify(settings) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  expect([exitCode, output]).toEqual([0, output]);
  return output;
}

describe('The warning about missing shutdown hooks', () => {
  let databases: TestDatabase[];
  let outputs: Record<string, string>;

  beforeAll(async () => {
    const runs: [string, string, object?][] = [
      ['context', 'withoutHooks'],
      ['http', 'ofHttp'],
      ['two instances', 'ofTwoInstances'],
      ['hooks', 'withHooks'],
      ['handler', 'withOwnHandler'],
      ['no worker', 'withoutHooks', { worker: false }],
      ['no log', 'withoutLog'],
    ];
    databases = await Promise.all(runs.map(() => createDatabase('sqlite')));
    const results = await Promise.all(
      runs.map(async ([name, how, webhooks], index) => [
        name,
        await runHost(how, databases[index]!, webhooks),
      ]),
    );
    outputs = Object.fromEntries(results) as Record<string, string>;
  }, 90_000);
  afterAll(() => Promise.all(databases.map((database) => database.drop())));

  it.each(['context', 'http', 'two instances'])(
    'is logged once, with the remedy, by a worker without hooks (%s)',
    (name) => {
      const lines = outputs[name]!.split('\n').filter((line) => HOOKS_MISSING.test(line));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/\[Webhooks\].*Call app\.enableShutdownHooks\(\)/);
    },
  );

  it.each(['hooks', 'handler', 'no worker', 'no log'])('is not logged otherwise (%s)', (name) => {
    expect(outputs[name]).not.toMatch(HOOKS_MISSING);
  });

  it('comes beside the log line at start-up, which a logger that is off does not print', () => {
    for (const name of ['context', 'http', 'hooks', 'handler', 'no worker'])
      expect(outputs[name]).toMatch(/LOG.*\[Webhooks\].*Webhooks started: SQLite/);
    expect(outputs['two instances']).toMatch(/Webhooks "reports" started: SQLite/);
    expect(outputs['no log']).toBe('');
  });
});

describe('The log line at start-up', () => {
  eachDatabase((database, kind) => {
    let host: TestHost | undefined;
    let app: INestApplication | undefined;
    afterEach(async () => {
      await host?.close();
      await app?.close();
      host = app = undefined;
    });

    const webhooks = {
      environment: 'staging',
      path: 'v2',
      encryption: { keys: [{ id: 'k-2026', key: Buffer.alloc(32, 0xa7) }] },
    };

    it('is one line of the module’s context that says what is on, without secrets', async () => {
      const logger = new LogCapture();
      host = await TestHost.start({ database: database(), webhooks, logger });
      const lines = logger.at('log', STARTED);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/ Webhooks$/);
      expect(lines[0]).not.toContain('\n');
      const parts = [
        kind === 'postgres' ? 'PostgreSQL, schema "public"' : 'SQLite, file "',
        'worker on, up to 64 requests at once',
        'admin API at /v2/tenants',
        'http and https targets',
        'secrets encrypted with key "k-2026"',
        'environment "staging"',
        kind === 'postgres'
          ? 'wake-ups by LISTEN and NOTIFY'
          : 'no wake-ups between processes, polling every 25 ms',
      ];
      for (const part of parts) expect(lines[0]).toContain(part);
      expect(lines[0]).not.toMatch(/p6enp6en|a7a7a7a7|postgres:\/\//);
    });

    it('has the global prefix of the application in the path of the admin API', async () => {
      const logger = new LogCapture();
      const module = {
        module: class HostModule {},
        imports: [
          TypeOrmModule.forRoot(database().options),
          WebhooksModule.forRoot({
            accessPolicy: BearerPolicy,
            worker: false,
            runMigrations: true,
            ...webhooks,
          }),
        ],
      };
      app = await NestFactory.create(module, { logger });
      app.setGlobalPrefix('/api/');
      await app.init();
      expect(logger.at('log', STARTED)).toEqual([
        expect.stringMatching(/worker off; admin API at \/api\/v2\/tenants; https targets only/),
      ]);
    });

    it('is lost, and nothing else, if the logger of the host throws', async () => {
      const broken = (): never => {
        throw new Error('The log cannot be written.');
      };
      const lines: unknown[] = [];
      const log = (...parts: unknown[]): void => {
        if (parts.at(-1) !== 'Webhooks') return;
        lines.push(parts[0]);
        broken();
      };
      const logger = { log, warn: broken, error: broken };
      host = await TestHost.start({ database: database(), webhooks: { environment: 'staging' }, logger });
      expect(lines).toEqual([expect.stringMatching(STARTED)]);
      expect((await host.api('shop').get('/httptransports')).status).toBe(200);
    });
  });
});
