import { ConflictException, Injectable } from '@nestjs/common';
import { WebhookEmitter } from 'nestjs-tillhook';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../account/actor.js';
import { getOne } from '../database/entity-store.js';
import { referenceTo } from '../database/tenant-entity.js';
import { thinPayload } from '../events/thin-payload.js';
import { Product } from '../products/product.entity.js';
import { StockLevel } from './stock-level.entity.js';
import { Warehouse } from './warehouse.entity.js';

/** Products and how many of them came (positive) or went (negative). */
export type StockMovements = ReadonlyMap<string, number>;

/** Adds up the quantities of each product. */
export function movementsOf(
  lines: readonly { productUid: string; quantity: number }[],
  sign: 1 | -1,
): StockMovements {
  const movements = new Map<string, number>();
  for (const { productUid, quantity } of lines) {
    movements.set(productUid, (movements.get(productUid) ?? 0) + sign * quantity);
  }
  return movements;
}

/** The only class that changes stock levels, always as part of the caller's transaction and with STOCK_CHANGE. */
@Injectable()
export class StockLedger {
  constructor(private readonly webhooks: WebhookEmitter) {}

  /** @throws {ConflictException} when the warehouse has too few; roll the transaction back then. */
  async move(
    manager: EntityManager,
    actor: Actor,
    warehouseUid: string,
    movements: StockMovements,
  ): Promise<void> {
    const warehouse = await getOne(manager, Warehouse, { tenantUid: actor.tenant.Uid, uid: warehouseUid });
    // In the order of their uids, so that two transactions never wait for each other's product.
    for (const productUid of [...movements.keys()].sort()) {
      await this.change(
        manager,
        actor,
        warehouse,
        productUid,
        (quantity) => quantity + (movements.get(productUid) ?? 0),
      );
    }
  }

  /** Replaces a quantity by the result of `next`. If both are equal, nothing changes and nothing is emitted. */
  async change(
    manager: EntityManager,
    actor: Actor,
    warehouse: Warehouse,
    productUid: string,
    next: (quantity: number) => number,
  ): Promise<StockLevel> {
    const tenantUid = actor.tenant.Uid;
    const product = await getOne(manager, Product, { tenantUid, uid: productUid });
    const level = await lockLevel(manager, { tenantUid, warehouseUid: warehouse.uid, productUid });
    const quantity = next(level.quantity);
    if (quantity === level.quantity) return level;
    if (quantity < 0) {
      throw new ConflictException(
        `Warehouse "${warehouse.uid}" has only ${level.quantity} of "${productUid}".`,
      );
    }
    await manager.update(StockLevel, { tenantUid, warehouseUid: warehouse.uid, productUid }, { quantity });
    const data = thinPayload(actor, { warehouse: referenceTo(warehouse), product: referenceTo(product) });
    const orderingKey = `${warehouse.uid}/${productUid}`;
    await this.webhooks.emit('STOCK_CHANGE', data, { tenantUid, orderingKey, manager });
    return { ...level, quantity };
  }
}

/** Returns the row of the level: created if it is missing, and locked until the transaction ends. */
async function lockLevel(manager: EntityManager, key: Omit<StockLevel, 'quantity'>): Promise<StockLevel> {
  const insert = manager.createQueryBuilder().insert().into(StockLevel);
  await insert
    .values({ ...key, quantity: 0 })
    .orIgnore()
    .execute();
  const lock = manager.dataSource.options.type === 'postgres' && {
    lock: { mode: 'pessimistic_write' as const },
  };
  return manager.findOneOrFail(StockLevel, { where: key, ...lock });
}
