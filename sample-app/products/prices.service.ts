import { Injectable } from '@nestjs/common';
import { WebhookEmitter } from 'nestjs-tillhook';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../account/actor.js';
import { getOne, insertOne, lockOne } from '../database/entity-store.js';
import { PosTransactions } from '../database/pos-transactions.js';
import { referenceTo } from '../database/tenant-entity.js';
import { thinPayload } from '../events/thin-payload.js';
import { Price } from './price.entity.js';
import { Product } from './product.entity.js';
import type { CreatePriceDto, UpdatePriceDto } from './products.dto.js';

/** Creates, changes and deletes the prices of a product; each change and its event commit together. */
@Injectable()
export class PricesService {
  constructor(
    private readonly transactions: PosTransactions,
    private readonly webhooks: WebhookEmitter,
  ) {}

  async list({ tenant }: Actor, productUid: string) {
    const where = { tenantUid: tenant.Uid, productUid };
    const prices = await this.transactions.read((manager) =>
      manager.find(Price, { where, order: { id: 'ASC' } }),
    );
    return { items: prices.map(toView) };
  }

  create(actor: Actor, productUid: string, { priceUid, amount }: CreatePriceDto) {
    const tenantUid = actor.tenant.Uid;
    return this.transactions.run(async (manager) => {
      const product = await getOne(manager, Product, { tenantUid, uid: productUid });
      const price = await insertOne(manager, Price, { tenantUid, uid: priceUid, productUid, amount });
      await this.#emit('PRICE_CREATE', actor, product, price, manager);
      return toView(price);
    });
  }

  update(actor: Actor, productUid: string, priceUid: string, { amount }: UpdatePriceDto) {
    return this.transactions.run(async (manager) => {
      const { product, price } = await this.#lock(manager, actor, productUid, priceUid);
      await manager.update(Price, { id: price.id }, { amount });
      await this.#emit('PRICE_UPDATE', actor, product, price, manager);
      return toView({ ...price, amount });
    });
  }

  delete(actor: Actor, productUid: string, priceUid: string): Promise<void> {
    return this.transactions.run(async (manager) => {
      const { product, price } = await this.#lock(manager, actor, productUid, priceUid);
      await manager.delete(Price, { id: price.id });
      await this.#emit('PRICE_DELETE', actor, product, price, manager);
    });
  }

  async #lock(manager: EntityManager, { tenant }: Actor, productUid: string, priceUid: string) {
    const product = await getOne(manager, Product, { tenantUid: tenant.Uid, uid: productUid });
    const price = await lockOne(manager, Price, { tenantUid: tenant.Uid, productUid, uid: priceUid });
    return { product, price };
  }

  async #emit(
    action: 'PRICE_CREATE' | 'PRICE_UPDATE' | 'PRICE_DELETE',
    actor: Actor,
    product: Product,
    price: Price,
    manager: EntityManager,
  ): Promise<void> {
    const data = thinPayload(actor, { price: referenceTo(price), product: referenceTo(product) });
    await this.webhooks.emit(action, data, {
      tenantUid: actor.tenant.Uid,
      orderingKey: product.uid,
      manager,
    });
  }
}

const toView = ({ uid, productUid, amount }: Pick<Price, 'uid' | 'productUid' | 'amount'>) => ({
  priceUid: uid,
  productUid,
  amount,
});
