import { ConflictException, Injectable } from '@nestjs/common';
import type { Actor } from '../account/actor.js';
import { getOne, insertOne, lockOne } from '../database/entity-store.js';
import { PosTransactions } from '../database/pos-transactions.js';
import { OrderDelivery } from './order-delivery.js';
import { OrderEvents } from './order-events.js';
import { OrderHandling } from './order-handling.entity.js';
import { viewOf } from './order-view.js';
import { Order } from './order.entity.js';
import type { CreateReceiptDto, DeliverOrderDto, SetHandlingStateDto } from './orders.dto.js';
import { Receipt } from './receipt.entity.js';

/** Steps of an order after its creation: receipt, handling, delivery. */
@Injectable()
export class OrderProgressService {
  constructor(
    private readonly transactions: PosTransactions,
    private readonly delivery: OrderDelivery,
    private readonly events: OrderEvents,
  ) {}

  deliver(actor: Actor, storeUid: string, orderUid: string, input: DeliverOrderDto) {
    const where = { tenantUid: actor.tenant.Uid, storeUid, uid: orderUid };
    return this.transactions.run(async (manager) => {
      await this.delivery.deliver(manager, actor, await lockOne(manager, Order, where), input);
      return viewOf(manager, await getOne(manager, Order, where));
    });
  }

  /** @throws {ConflictException} when the order is not settled, or has a receipt already. */
  settleReceipt(actor: Actor, storeUid: string, orderUid: string, { receiptUid }: CreateReceiptDto) {
    const tenantUid = actor.tenant.Uid;
    return this.transactions.run(async (manager) => {
      const order = await lockOne(manager, Order, { tenantUid, storeUid, uid: orderUid });
      if (order.state === 'OPEN') throw new ConflictException('The order is not paid.');
      if (await manager.existsBy(Receipt, { tenantUid, orderUid })) {
        throw new ConflictException('The order has a receipt already.');
      }
      const receipt = await insertOne(manager, Receipt, { tenantUid, uid: receiptUid, orderUid });
      await this.events.emitReceipt(manager, actor, order, receipt);
      return { receiptUid: receipt.uid, orderUid, amount: order.totalAmount };
    });
  }

  /** If the order has this state already, nothing changes and nothing is emitted. */
  setHandlingState(actor: Actor, storeUid: string, orderUid: string, { state }: SetHandlingStateDto) {
    const tenantUid = actor.tenant.Uid;
    return this.transactions.run(async (manager) => {
      const order = await getOne(manager, Order, { tenantUid, storeUid, uid: orderUid });
      const handling = await lockOne(manager, OrderHandling, { tenantUid, uid: orderUid });
      if (handling.state !== state) {
        await manager.update(OrderHandling, { id: handling.id }, { state });
        await this.events.emitHandling(manager, actor, order, handling);
      }
      return viewOf(manager, order);
    });
  }
}
