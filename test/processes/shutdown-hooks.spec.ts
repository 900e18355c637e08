import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/databases.js';
import type { TestDatabase } from '../support/test-database.js';

/** How long the process runs, in ms. The module checks for shutdown hooks 5 s after the bootstrap. */
const RUNS_FOR_MS = 6_500;
const HOOKS_MISSING = /Shutdown hooks missing/;
/** Variables by which the module recognizes a test runner. */
const OF_TEST_RUNNERS = /^(JEST_WORKER_ID|VITEST|NODE_TEST_CONTEXT)$/;

/** Runs a host in a process of its own, to its end. @returns all that it printed */
async function runHost(how: string, database: TestDatabase, webhooks: object = {}): Promise<string> {
  const settings = { how, database: database.options, webhooks, runsForMs: RUNS_FOR_MS };
  const inherited = Object.entries(process.env).filter(([name]) => !OF_TEST_RUNNERS.test(name));
  const child = spawn(process.execPath, ['test/processes/hooks-host.mjs'], {
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

  it('does not replace the log line at start-up, which is printed unless the logger is off', () => {
    for (const name of ['context', 'http', 'hooks', 'handler', 'no worker'])
      expect(outputs[name]).toMatch(/LOG.*\[Webhooks\].*Webhooks started: SQLite/);
    expect(outputs['two instances']).toMatch(/Webhooks "reports" started: SQLite/);
    expect(outputs['no log']).toBe('');
  });
});
