import { ConflictException, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../account/actor.js';
import { completes, partsToDo } from '../lines/outstanding-lines.js';
import { movementsOf, StockLedger } from '../stock/stock-ledger.js';
import { OrderEvents } from './order-events.js';
import { OrderLine } from './order-line.entity.js';
import { linesOf } from './order-view.js';
import { Order } from './order.entity.js';
import type { DeliverOrderDto } from './orders.dto.js';

/** Hands goods over, in one or several parts, always as part of the caller's transaction. */
@Injectable()
export class OrderDelivery {
  constructor(
    private readonly ledger: StockLedger,
    private readonly events: OrderEvents,
  ) {}

  /**
   * Marks lines as delivered and takes the goods from stock. Emits ORDER_DELIVERED once nothing is outstanding.
   *
   * @throws {ConflictException} when the order is not settled, a line names more than is outstanding, or the stock runs out
   */
  async deliver(manager: EntityManager, actor: Actor, order: Order, input: DeliverOrderDto): Promise<void> {
    if (order.state !== 'SETTLED') {
      throw new ConflictException(
        `The order is ${order.state === 'OPEN' ? 'not paid' : 'delivered already'}.`,
      );
    }
    const { tenantUid, uid: orderUid } = order;
    const lines = (await linesOf(manager, order)).map((line) => ({ ...line, done: line.deliveredQuantity }));
    const parts = partsToDo(lines, input.lines);
    for (const { lineNumber, quantity } of parts) {
      await manager.increment(OrderLine, { tenantUid, orderUid, lineNumber }, 'deliveredQuantity', quantity);
    }
    if (input.warehouseUid !== undefined) {
      await this.ledger.move(manager, actor, input.warehouseUid, movementsOf(parts, -1));
    }
    if (!completes(lines, parts)) return;
    await manager.update(Order, { id: order.id }, { state: 'DELIVERED' });
    await this.events.emit('ORDER_DELIVERED', manager, actor, order);
  }
}
