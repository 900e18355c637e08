import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSqliteDatabase } from '../../support/sqlite.js';
import type { TestDatabase } from '../../support/test-database.js';

const HOOKS = './test/support/typescript-hooks.mjs';

describe('the recipe for @nestjs-cls/transactional', () => {
  let database: TestDatabase;
  let report: { outcomes: string[]; orders: string[]; arrived: unknown[] };

  beforeAll(async () => {
    database = await createSqliteDatabase();
    const args = ['--import', HOOKS, 'test/e2e/recipes/cls/run.ts'];
    const env = { ...process.env, NODE_OPTIONS: '', DATABASE_FILE: String(database.options.database) };
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    report = JSON.parse(stdout.trim().split('\n').at(-1)!) as typeof report;
  }, 60_000);
  afterAll(() => database.drop());

  it('delivers what a decorated method emitted after its commit, and nothing of one that throws', () => {
    expect(report.outcomes.slice(0, 2)).toEqual(['done', 'No more orders today.']);
    expect(report.orders).toEqual(['700']);
    expect(report.arrived).toEqual([
      { action: 'ORDER_SETTLED', tenant: { Uid: '7' }, order: { Uid: '700' } },
    ]);
  });

  it('refuses an event that is emitted outside a transaction', () => {
    expect(report.outcomes.slice(2)).toEqual(['MANAGER_NOT_IN_TRANSACTION', 'TRANSACTION_REQUIRED']);
  });
});
