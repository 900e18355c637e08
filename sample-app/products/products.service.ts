import { Injectable } from '@nestjs/common';
import { WebhookEmitter } from 'nestjs-tillhook';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../account/actor.js';
import { getOne, insertOne, lockOne } from '../database/entity-store.js';
import { PosTransactions } from '../database/pos-transactions.js';
import { referenceTo } from '../database/tenant-entity.js';
import { thinPayload } from '../events/thin-payload.js';
import { Price } from './price.entity.js';
import { ProductMedia } from './product-media.entity.js';
import { Product } from './product.entity.js';
import type { CreateProductDto, UpdateProductDto } from './products.dto.js';

/** Creates, changes and deletes products; each change and its event commit together. */
@Injectable()
export class ProductsService {
  constructor(
    private readonly transactions: PosTransactions,
    private readonly webhooks: WebhookEmitter,
  ) {}

  async list({ tenant }: Actor) {
    const where = { tenantUid: tenant.Uid };
    const products = await this.transactions.read((manager) =>
      manager.find(Product, { where, order: { id: 'ASC' } }),
    );
    return { items: products.map(toView) };
  }

  get({ tenant }: Actor, productUid: string) {
    const where = { tenantUid: tenant.Uid, uid: productUid };
    return this.transactions.read(async (manager) => toView(await getOne(manager, Product, where)));
  }

  create(actor: Actor, { productUid, name }: CreateProductDto) {
    return this.transactions.run(async (manager) => {
      const product = await insertOne(manager, Product, {
        tenantUid: actor.tenant.Uid,
        uid: productUid,
        name,
      });
      await this.#emit('PRODUCT_CREATE', actor, product, manager);
      return toView(product);
    });
  }

  update(actor: Actor, productUid: string, { name }: UpdateProductDto) {
    return this.transactions.run(async (manager) => {
      const product = await lockOne(manager, Product, { tenantUid: actor.tenant.Uid, uid: productUid });
      await manager.update(Product, { id: product.id }, { name });
      await this.#emit('PRODUCT_UPDATE', actor, product, manager);
      return toView({ ...product, name });
    });
  }

  /** Also deletes its prices and media. */
  delete(actor: Actor, productUid: string): Promise<void> {
    const tenantUid = actor.tenant.Uid;
    return this.transactions.run(async (manager) => {
      const product = await lockOne(manager, Product, { tenantUid, uid: productUid });
      await manager.delete(Price, { tenantUid, productUid });
      await manager.delete(ProductMedia, { tenantUid, productUid });
      await manager.delete(Product, { id: product.id });
      await this.#emit('PRODUCT_DELETE', actor, product, manager);
    });
  }

  async #emit(
    action: 'PRODUCT_CREATE' | 'PRODUCT_UPDATE' | 'PRODUCT_DELETE',
    actor: Actor,
    product: Product,
    manager: EntityManager,
  ): Promise<void> {
    const data = thinPayload(actor, { product: referenceTo(product) });
    await this.webhooks.emit(action, data, {
      tenantUid: actor.tenant.Uid,
      orderingKey: product.uid,
      manager,
    });
  }
}

const toView = ({ uid, name }: Pick<Product, 'uid' | 'name'>) => ({ productUid: uid, name });
