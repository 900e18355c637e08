import type { EntityManager } from 'typeorm';
import { getOne } from '../database/entity-store.js';
import { OrderHandling } from './order-handling.entity.js';
import { OrderLine } from './order-line.entity.js';
import type { Order } from './order.entity.js';

/** The lines of an order, in their order. */
export const linesOf = (manager: EntityManager, { tenantUid, uid }: Pick<Order, 'tenantUid' | 'uid'>) =>
  manager.find(OrderLine, { where: { tenantUid, orderUid: uid }, order: { lineNumber: 'ASC' } });

/** An order as the API shows it. */
export async function viewOf(manager: EntityManager, order: Order) {
  const { tenantUid, uid, storeUid, tillUid, customerUid, state, totalAmount, paidAmount } = order;
  const handling = await getOne(manager, OrderHandling, { tenantUid, uid });
  const lines = await linesOf(manager, order);
  return {
    orderUid: uid,
    storeUid,
    tillUid,
    customerUid,
    state,
    handlingState: handling.state,
    totalAmount,
    paidAmount,
    lines: lines.map(({ lineNumber, productUid, quantity, unitAmount, deliveredQuantity }) => ({
      lineNumber,
      productUid,
      quantity,
      unitAmount,
      deliveredQuantity,
    })),
  };
}
