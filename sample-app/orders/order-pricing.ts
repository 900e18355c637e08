import { BadRequestException, ConflictException } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { getOne } from '../database/entity-store.js';
import { Price } from '../products/price.entity.js';
import { Product } from '../products/product.entity.js';
import type { OrderLineDto } from './orders.dto.js';

/** Maximum amount that the column can store on both databases. */
const MOST_MONEY = 2_000_000_000;

/**
 * Gives every line a number and a price: the one it names, else its product's newest.
 *
 * @throws {NotFoundException} when a product does not exist
 * @throws {ConflictException} when a product has no price and the line names none
 */
export async function priceLines(manager: EntityManager, tenantUid: string, lines: readonly OrderLineDto[]) {
  const priced = [];
  for (const { productUid, quantity, unitAmount } of lines) {
    await getOne(manager, Product, { tenantUid, uid: productUid });
    const amount = unitAmount ?? (await newestPrice(manager, tenantUid, productUid));
    priced.push({ lineNumber: priced.length + 1, productUid, quantity, unitAmount: amount });
  }
  return priced;
}

/** @throws {BadRequestException} when it is more than an order can cost. */
export function totalOf(lines: readonly { quantity: number; unitAmount: number }[]): number {
  const total = lines.reduce((sum, { quantity, unitAmount }) => sum + quantity * unitAmount, 0);
  if (total > MOST_MONEY) throw new BadRequestException('The order costs too much.');
  return total;
}

async function newestPrice(manager: EntityManager, tenantUid: string, productUid: string): Promise<number> {
  const price = await manager.findOne(Price, { where: { tenantUid, productUid }, order: { id: 'DESC' } });
  if (!price)
    throw new ConflictException(`Product "${productUid}" has no price: give it one, or send unitAmount.`);
  return price.amount;
}
