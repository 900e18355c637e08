import { randomUUID } from 'node:crypto';
import { ConflictException, NotFoundException } from '@nestjs/common';
import type { DeepPartial, EntityManager, EntityTarget, FindOptionsWhere } from 'typeorm';
import { isUniqueViolation } from './database-errors.js';
import type { TenantEntity } from './tenant-entity.js';

/**
 * Inserts a row of the tenant, with a new uid unless `values` has one.
 *
 * @throws {ConflictException} when the tenant has one with that uid already.
 */
export async function insertOne<Row extends TenantEntity>(
  manager: EntityManager,
  type: EntityTarget<Row>,
  values: DeepPartial<Row> & { tenantUid: string },
): Promise<Row> {
  const row = manager.create(type, { ...values, uid: values.uid ?? randomUUID() });
  try {
    await manager.insert(type, row as Parameters<typeof manager.insert<Row>>[1]);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new ConflictException(`${nameOf(manager, type)} "${row.uid}" exists already.`);
  }
  return row;
}

/** @throws {NotFoundException} when the tenant has no such row. */
export async function getOne<Row extends TenantEntity>(
  manager: EntityManager,
  type: EntityTarget<Row>,
  where: FindOptionsWhere<Row> & { tenantUid: string },
): Promise<Row> {
  const row = await manager.findOneBy(type, where);
  return row ?? notFound(manager, type, where);
}

/** Like `getOne`, and locks the row until the transaction ends. */
export async function lockOne<Row extends TenantEntity>(
  manager: EntityManager,
  type: EntityTarget<Row>,
  where: FindOptionsWhere<Row> & { tenantUid: string },
): Promise<Row> {
  // On SQLite the transaction already has the write lock of the database, and the driver has no row locks.
  const rowLocks = manager.dataSource.options.type === 'postgres';
  const row = await manager.findOne(type, {
    where,
    ...(rowLocks && { lock: { mode: 'pessimistic_write' } }),
  });
  return row ?? notFound(manager, type, where);
}

function notFound<Row extends TenantEntity>(
  manager: EntityManager,
  type: EntityTarget<Row>,
  where: { uid?: unknown },
): never {
  const which = typeof where.uid === 'string' ? ` "${where.uid}"` : '';
  throw new NotFoundException(`There is no ${nameOf(manager, type)}${which}.`);
}

const nameOf = <Row extends TenantEntity>(manager: EntityManager, type: EntityTarget<Row>): string =>
  manager.dataSource.getMetadata(type).name;
