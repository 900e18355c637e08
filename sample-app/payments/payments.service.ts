import { Injectable, NotFoundException } from '@nestjs/common';
import { WebhookInbox } from 'nestjs-tillhook/receiver';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../account/actor.js';
import { Tenant } from '../account/tenant.entity.js';
import { TenantUser } from '../account/tenant-user.entity.js';
import { getOne } from '../database/entity-store.js';
import { PosTransactions } from '../database/pos-transactions.js';
import { OrdersService } from '../orders/orders.service.js';
import { PAYMENT_SUCCEEDED, type PaymentEvent } from './payment-event.js';

/** Takes payments that a payment provider reports: the entry of the inbox, the payment and ORDER_SETTLED commit together. */
@Injectable()
export class PaymentsService {
  constructor(
    private readonly transactions: PosTransactions,
    private readonly orders: OrdersService,
    private readonly inbox: WebhookInbox,
  ) {}

  /** @returns whether the event was new, and a payment for an order of this app */
  async received(id: string, { type, data }: PaymentEvent): Promise<boolean> {
    if (type !== PAYMENT_SUCCEEDED) return false;
    const { amount_received: amount, metadata } = data.object;
    const { tenantUid, userUid, storeUid, orderUid } = metadata;
    if (orderUid === undefined) return false;
    const { isNew } = await this.transactions.run((manager) =>
      this.inbox.once(manager, { source: 'stripe', id }, async () => {
        const actor = await actorOf(manager, tenantUid, userUid);
        await this.orders.payIn(manager, actor, storeUid, orderUid, amount);
      }),
    );
    return isNew;
  }
}

/** @throws {NotFoundException} if the tenant or its user does not exist */
async function actorOf(manager: EntityManager, tenantUid: string, userUid: string): Promise<Actor> {
  const tenant = await manager.findOneBy(Tenant, { uid: tenantUid });
  if (!tenant) throw new NotFoundException(`There is no Tenant "${tenantUid}".`);
  const user = await getOne(manager, TenantUser, { tenantUid, uid: userUid });
  return {
    tenant: { Id: tenant.id, Uid: tenant.uid },
    user: { Id: user.id, Uid: user.uid },
    role: user.role,
  };
}
