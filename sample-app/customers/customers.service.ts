import { Injectable } from '@nestjs/common';
import { WebhookEmitter } from 'nestjs-tillhook';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../account/actor.js';
import { getOne, insertOne, lockOne } from '../database/entity-store.js';
import { PosTransactions } from '../database/pos-transactions.js';
import { referenceTo } from '../database/tenant-entity.js';
import { thinPayload } from '../events/thin-payload.js';
import { Customer } from './customer.entity.js';
import type { CreateCustomerDto, UpdateCustomerDto } from './customers.dto.js';

/** Creates, changes and deletes customers; each change and its event commit together. */
@Injectable()
export class CustomersService {
  constructor(
    private readonly transactions: PosTransactions,
    private readonly webhooks: WebhookEmitter,
  ) {}

  async list({ tenant }: Actor) {
    const where = { tenantUid: tenant.Uid };
    const customers = await this.transactions.read((manager) =>
      manager.find(Customer, { where, order: { id: 'ASC' } }),
    );
    return { items: customers.map(toView) };
  }

  get({ tenant }: Actor, customerUid: string) {
    const where = { tenantUid: tenant.Uid, uid: customerUid };
    return this.transactions.read(async (manager) => toView(await getOne(manager, Customer, where)));
  }

  create(actor: Actor, { customerUid, name }: CreateCustomerDto) {
    return this.transactions.run(async (manager) => {
      const customer = await insertOne(manager, Customer, {
        tenantUid: actor.tenant.Uid,
        uid: customerUid,
        name,
      });
      await this.#emit('CUSTOMER_CREATE', actor, customer, manager);
      return toView(customer);
    });
  }

  update(actor: Actor, customerUid: string, { name }: UpdateCustomerDto) {
    return this.transactions.run(async (manager) => {
      const customer = await lockOne(manager, Customer, { tenantUid: actor.tenant.Uid, uid: customerUid });
      await manager.update(Customer, { id: customer.id }, { name });
      await this.#emit('CUSTOMER_UPDATE', actor, customer, manager);
      return toView({ ...customer, name });
    });
  }

  delete(actor: Actor, customerUid: string): Promise<void> {
    return this.transactions.run(async (manager) => {
      const customer = await lockOne(manager, Customer, { tenantUid: actor.tenant.Uid, uid: customerUid });
      await manager.delete(Customer, { id: customer.id });
      await this.#emit('CUSTOMER_DELETE', actor, customer, manager);
    });
  }

  async #emit(
    action: 'CUSTOMER_CREATE' | 'CUSTOMER_UPDATE' | 'CUSTOMER_DELETE',
    actor: Actor,
    customer: Customer,
    manager: EntityManager,
  ): Promise<void> {
    const data = thinPayload(actor, { customer: referenceTo(customer) });
    await this.webhooks.emit(action, data, {
      tenantUid: actor.tenant.Uid,
      orderingKey: customer.uid,
      manager,
    });
  }
}

const toView = ({ uid, name }: Pick<Customer, 'uid' | 'name'>) => ({ customerUid: uid, name });
