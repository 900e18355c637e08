import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { eachDatabase } from '../support/databases.js';

const FOLDER = path.resolve('test/processes/forgotten');
const jest = createRequire(path.resolve('package.json')).resolve('jest/bin/jest');
const jestConfig = JSON.stringify({
  rootDir: FOLDER,
  testMatch: [`${FOLDER}/jest.mjs`],
  transform: {},
  testEnvironment: 'node',
  moduleFileExtensions: ['mjs', 'js', 'json'],
});

/** How each runner is started with its one test file. */
const RUNNERS: [string, string[]][] = [
  ['node:test', ['--test', path.join(FOLDER, 'node.mjs')]],
  ['jest', ['--experimental-vm-modules', jest, '--config', jestConfig, '--runInBand']],
];
/** A runner that is kept alive runs until somebody stops it. */
const LIMIT_MS = 60_000;

interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** Runs it to its end, or stops it after `LIMIT_MS`. */
function run(args: string[], databaseOptions: object): Promise<Run> {
  return new Promise((resolve, reject) => {
    const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...env } = process.env;
    const child = spawn(process.execPath, args, {
      env: { ...env, HOST_DATABASE: JSON.stringify(databaseOptions) },
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, output }));
  });
}

describe('A test that imports nestjs-tillhook/testing and forgets to close its app', () => {
  eachDatabase((db) => {
    it.each(RUNNERS)(
      'passes, and its runner ends: %s',
      async (_name, args) => {
        const { code, signal, output } = await run(args, db().options);
        expect({ code, signal, output }).toEqual({ code: 0, signal: null, output: expect.any(String) });
        expect(output).not.toMatch(/did not exit|failed to exit gracefully/);
      },
      LIMIT_MS + 20_000,
    );
  });
});
