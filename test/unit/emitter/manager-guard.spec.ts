import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { ManagerGuard } from '../../../lib/emitter/manager-guard.js';
import { ForeignManagerError, ManagerNotInTransactionError } from '../../../lib/errors/emit.errors.js';

describe('ManagerGuard', () => {
  let folder: string;
  let host: DataSource;
  let twin: DataSource;
  let foreign: DataSource;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tillhook-managers-'));
    const open = (file: string) =>
      new DataSource({ type: 'better-sqlite3', database: path.join(folder, file) }).initialize();
    [host, twin, foreign] = await Promise.all([open('pos.sqlite'), open('./pos.sqlite'), open('erp.sqlite')]);
  });

  afterAll(async () => {
    await Promise.all([host, twin, foreign].map((dataSource) => dataSource.destroy()));
    await rm(folder, { recursive: true });
  });

  it("lets the host's manager pass while its transaction is open, savepoints included, and not a moment longer", async () => {
    const guard = new ManagerGuard(host);
    let kept = host.manager;
    await host.transaction(async (manager) => {
      guard.check(manager);
      await manager.transaction((inner) => Promise.resolve(guard.check(inner)));
      guard.check(manager);
      kept = manager;
    });
    expect(() => guard.check(kept)).toThrow(ManagerNotInTransactionError);
  });

  it('lets the manager of a query runner pass only between start and rollback', async () => {
    const guard = new ManagerGuard(host);
    const queryRunner = host.createQueryRunner();
    expect(() => guard.check(queryRunner.manager)).toThrow(ManagerNotInTransactionError);
    await queryRunner.startTransaction();
    guard.check(queryRunner.manager);
    await queryRunner.rollbackTransaction();
    expect(() => guard.check(queryRunner.manager)).toThrow(ManagerNotInTransactionError);
    await queryRunner.release();
  });

  it('refuses the plain manager of a data source, which is in no transaction', () => {
    expect(() => new ManagerGuard(host).check(host.manager)).toThrow(ManagerNotInTransactionError);
  });

  it('refuses a manager of another database, and says which two there are', async () => {
    const guard = new ManagerGuard(host);
    await foreign.transaction(async (manager) => {
      const check = (): void => guard.check(manager);
      expect(check).toThrow(ForeignManagerError);
      expect(check).toThrow(/erp\.sqlite.*pos\.sqlite/);
      await Promise.resolve();
    });
  });

  it('lets a manager of another data source pass that reaches the same database', async () => {
    const guard = new ManagerGuard(host);
    await twin.transaction(async (manager) => {
      guard.check(manager);
      guard.check(manager);
      await Promise.resolve();
    });
  });
});
