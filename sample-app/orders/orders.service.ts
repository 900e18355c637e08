import { ConflictException, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../account/actor.js';
import { Customer } from '../customers/customer.entity.js';
import { getOne, insertOne, lockOne } from '../database/entity-store.js';
import { PosTransactions } from '../database/pos-transactions.js';
import { Store } from '../tills/store.entity.js';
import { Till } from '../tills/till.entity.js';
import { TillsService } from '../tills/tills.service.js';
import { OrderDelivery } from './order-delivery.js';
import { OrderEvents } from './order-events.js';
import { OrderHandling } from './order-handling.entity.js';
import { OrderLine } from './order-line.entity.js';
import { priceLines, totalOf } from './order-pricing.js';
import { viewOf } from './order-view.js';
import { Order } from './order.entity.js';
import type { CreateOrderDto, PaymentDto } from './orders.dto.js';

/** Sells: makes orders and takes payments. A sale, its stock movements and its events commit together or not at all. */
@Injectable()
export class OrdersService {
  constructor(
    private readonly transactions: PosTransactions,
    private readonly tills: TillsService,
    private readonly delivery: OrderDelivery,
    private readonly events: OrderEvents,
  ) {}

  get({ tenant }: Actor, storeUid: string, orderUid: string) {
    const where = { tenantUid: tenant.Uid, storeUid, uid: orderUid };
    return this.transactions.read(async (manager) => viewOf(manager, await getOne(manager, Order, where)));
  }

  /** Makes an order; settles it if `payments` cover it; delivers it at once if a `warehouseUid` is named. */
  create(actor: Actor, storeUid: string, input: CreateOrderDto) {
    return this.transactions.run(async (manager) => {
      const order = await this.#insert(manager, actor, storeUid, input);
      const amount = (input.payments ?? []).reduce((sum, payment) => sum + payment.amount, 0);
      if (input.payments) await this.#takePayment(manager, actor, order, amount);
      if (input.warehouseUid !== undefined) {
        const { warehouseUid } = input;
        await this.delivery.deliver(manager, actor, order, { warehouseUid });
      }
      return viewOf(manager, await getOne(manager, Order, { tenantUid: order.tenantUid, uid: order.uid }));
    });
  }

  pay(actor: Actor, storeUid: string, orderUid: string, { amount }: PaymentDto) {
    const where = { tenantUid: actor.tenant.Uid, storeUid, uid: orderUid };
    return this.transactions.run(async (manager) => {
      await this.payIn(manager, actor, storeUid, orderUid, amount);
      return viewOf(manager, await getOne(manager, Order, where));
    });
  }

  /** Takes a payment in the caller's transaction. */
  async payIn(
    manager: EntityManager,
    actor: Actor,
    storeUid: string,
    orderUid: string,
    amount: number,
  ): Promise<void> {
    const where = { tenantUid: actor.tenant.Uid, storeUid, uid: orderUid };
    await this.#takePayment(manager, actor, await lockOne(manager, Order, where), amount);
  }

  async #insert(
    manager: EntityManager,
    actor: Actor,
    storeUid: string,
    input: CreateOrderDto,
  ): Promise<Order> {
    const tenantUid = actor.tenant.Uid;
    const { orderUid, tillUid = null, customerUid = null } = input;
    await getOne(manager, Store, { tenantUid, uid: storeUid });
    if (tillUid !== null) await getOne(manager, Till, { tenantUid, storeUid, uid: tillUid });
    if (customerUid !== null) await getOne(manager, Customer, { tenantUid, uid: customerUid });
    const lines = await priceLines(manager, tenantUid, input.lines);
    const order = await insertOne(manager, Order, {
      tenantUid,
      uid: orderUid,
      storeUid,
      tillUid,
      customerUid,
      totalAmount: totalOf(lines),
      paidAmount: 0,
      state: 'OPEN',
    });
    const orderLines = lines.map((line) => ({
      ...line,
      tenantUid,
      orderUid: order.uid,
      deliveredQuantity: 0,
    }));
    await manager.insert(OrderLine, orderLines);
    await insertOne(manager, OrderHandling, { tenantUid, uid: order.uid, state: 'NEW' });
    return order;
  }

  async #takePayment(manager: EntityManager, actor: Actor, order: Order, amount: number): Promise<void> {
    const { tenantUid, storeUid, tillUid } = order;
    if (order.state !== 'OPEN') throw new ConflictException('The order is settled already.');
    const paidAmount = order.paidAmount + amount;
    if (paidAmount > order.totalAmount) {
      throw new ConflictException(`Only ${order.totalAmount - order.paidAmount} are left to pay.`);
    }
    if (tillUid !== null)
      await this.tills.takePayment(manager, { tenantUid, storeUid, uid: tillUid }, amount);
    const state = paidAmount === order.totalAmount ? 'SETTLED' : 'OPEN';
    await manager.update(Order, { id: order.id }, { paidAmount, state });
    Object.assign(order, { paidAmount, state });
    if (state === 'SETTLED') await this.events.emit('ORDER_SETTLED', manager, actor, order);
  }
}
