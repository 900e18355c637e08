import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { databaseTarget } from '../../../lib/persistence/connection/database-target.js';

/** The target of these options. The data source never connects, because only its options are compared. */
const targetOf = (options: DataSourceOptions): string => databaseTarget(new DataSource(options));

describe('databaseTarget', () => {
  it('recognizes one PostgreSQL database in any spelling', () => {
    const expected = 'postgres://db.example:5432/pos';
    const settings = { type: 'postgres', host: 'db.example', database: 'pos' } as const;
    const url = 'postgres://app:hunter2@db.example/pos';
    expect(targetOf({ ...settings, username: 'app', password: 'hunter2' })).toBe(expected);
    expect(targetOf({ ...settings, port: 5432, schema: 'public' })).toBe(expected);
    expect(targetOf({ type: 'postgres', url })).toBe(expected);
    expect(targetOf({ type: 'postgres', url: `${url}?sslmode=require`, host: 'ignored' })).toBe(expected);
    expect(
      targetOf({ type: 'postgres', replication: { master: { url }, slaves: [{ host: 'replica' }] } }),
    ).toBe(expected);
  });

  it('distinguishes databases by host, port and name, and not by schema', () => {
    const settings = { type: 'postgres', host: 'db.example', database: 'pos' } as const;
    const targets = [
      settings,
      { ...settings, host: 'db2.example' },
      { ...settings, port: 5433 },
      { ...settings, database: 'erp' },
    ].map(targetOf);
    expect(new Set(targets).size).toBe(targets.length);
    expect(targetOf({ ...settings, schema: 'tenant_a' })).toBe(targetOf(settings));
  });

  it('recognizes one SQLite file by any path to it', () => {
    const targets = ['./data/pos.sqlite', 'data/../data/pos.sqlite', resolve('data/pos.sqlite')].map(
      (database) => targetOf({ type: 'better-sqlite3', database }),
    );
    expect(new Set(targets)).toEqual(new Set([`better-sqlite3 ${resolve('data/pos.sqlite')}`]));
    expect(targetOf({ type: 'better-sqlite3', database: 'data/other.sqlite' })).not.toBe(targets[0]);
  });

  it('recognizes the local server by its name, and a database in memory', () => {
    const local = 'postgres://localhost:5432/pos';
    expect(targetOf({ type: 'postgres', database: 'pos' })).toBe(local);
    expect(targetOf({ type: 'postgres', host: 'localhost', database: 'pos' })).toBe(local);
    expect(targetOf({ type: 'better-sqlite3', database: ':memory:' })).toBe('better-sqlite3 :memory:');
  });

  it('carries no credentials', () => {
    for (const options of [
      { type: 'postgres', url: 'postgres://app:hunter2@db.example/pos' },
      { type: 'postgres', host: 'db.example', username: 'app', password: 'hunter2', database: 'pos' },
    ] as const) {
      expect(targetOf(options)).not.toMatch(/app|hunter2/);
    }
  });
});
