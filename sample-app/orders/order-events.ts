import { Injectable } from '@nestjs/common';
import { WebhookEmitter } from 'nestjs-tillhook';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../account/actor.js';
import { getOne } from '../database/entity-store.js';
import { referenceTo } from '../database/tenant-entity.js';
import { thinPayload } from '../events/thin-payload.js';
import { Store } from '../tills/store.entity.js';
import type { OrderHandling } from './order-handling.entity.js';
import type { Order } from './order.entity.js';
import type { Receipt } from './receipt.entity.js';

/** Emits the events of orders, as part of the caller's transaction. Events of an order share an ordering key. */
@Injectable()
export class OrderEvents {
  constructor(private readonly webhooks: WebhookEmitter) {}

  async emit(
    action: 'ORDER_SETTLED' | 'ORDER_DELIVERED',
    manager: EntityManager,
    actor: Actor,
    order: Order,
  ): Promise<void> {
    await this.webhooks.emit(action, await payload(manager, actor, order), optionsFor(manager, order));
  }

  async emitReceipt(manager: EntityManager, actor: Actor, order: Order, receipt: Receipt): Promise<void> {
    const data = { ...(await payload(manager, actor, order)), receipt: referenceTo(receipt) };
    await this.webhooks.emit('ORDER_RECEIPT_SETTLED', data, optionsFor(manager, order));
  }

  async emitHandling(
    manager: EntityManager,
    actor: Actor,
    order: Order,
    handling: OrderHandling,
  ): Promise<void> {
    const data = { ...(await payload(manager, actor, order)), orderHandling: referenceTo(handling) };
    await this.webhooks.emit('ORDER_HANDLING_STATE_CHANGED', data, optionsFor(manager, order));
  }
}

async function payload(manager: EntityManager, actor: Actor, order: Order) {
  const store = await getOne(manager, Store, { tenantUid: order.tenantUid, uid: order.storeUid });
  return thinPayload(actor, { store: referenceTo(store), order: referenceTo(order) });
}

const optionsFor = (manager: EntityManager, { tenantUid, uid }: Order) => ({
  tenantUid,
  orderingKey: uid,
  manager,
});
