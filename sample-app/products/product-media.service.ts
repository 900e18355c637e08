import { Injectable } from '@nestjs/common';
import { WebhookEmitter } from 'nestjs-tillhook';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../account/actor.js';
import { getOne, insertOne, lockOne } from '../database/entity-store.js';
import { PosTransactions } from '../database/pos-transactions.js';
import { referenceTo } from '../database/tenant-entity.js';
import { thinPayload } from '../events/thin-payload.js';
import { ProductMedia } from './product-media.entity.js';
import { Product } from './product.entity.js';
import type { CreateMediaDto, UpdateMediaDto } from './products.dto.js';

/** Creates, changes and deletes the media of a product. All three are one action: PRODUCT_MEDIA_CHANGE. */
@Injectable()
export class ProductMediaService {
  constructor(
    private readonly transactions: PosTransactions,
    private readonly webhooks: WebhookEmitter,
  ) {}

  async list({ tenant }: Actor, productUid: string) {
    const where = { tenantUid: tenant.Uid, productUid };
    const media = await this.transactions.read((manager) =>
      manager.find(ProductMedia, { where, order: { id: 'ASC' } }),
    );
    return { items: media.map(toView) };
  }

  create(actor: Actor, productUid: string, { mediaUid, url }: CreateMediaDto) {
    return this.#change(actor, productUid, async (manager) => {
      const values = { tenantUid: actor.tenant.Uid, uid: mediaUid, productUid, url };
      return toView(await insertOne(manager, ProductMedia, values));
    });
  }

  update(actor: Actor, productUid: string, mediaUid: string, { url }: UpdateMediaDto) {
    return this.#change(actor, productUid, async (manager) => {
      const media = await lockOne(manager, ProductMedia, {
        tenantUid: actor.tenant.Uid,
        productUid,
        uid: mediaUid,
      });
      await manager.update(ProductMedia, { id: media.id }, { url });
      return toView({ ...media, url });
    });
  }

  delete(actor: Actor, productUid: string, mediaUid: string): Promise<void> {
    return this.#change(actor, productUid, async (manager) => {
      const media = await lockOne(manager, ProductMedia, {
        tenantUid: actor.tenant.Uid,
        productUid,
        uid: mediaUid,
      });
      await manager.delete(ProductMedia, { id: media.id });
    });
  }

  #change<T>(actor: Actor, productUid: string, change: (manager: EntityManager) => Promise<T>): Promise<T> {
    const tenantUid = actor.tenant.Uid;
    return this.transactions.run(async (manager) => {
      const product = await getOne(manager, Product, { tenantUid, uid: productUid });
      const result = await change(manager);
      const data = thinPayload(actor, { product: referenceTo(product) });
      await this.webhooks.emit('PRODUCT_MEDIA_CHANGE', data, { tenantUid, orderingKey: productUid, manager });
      return result;
    });
  }
}

const toView = ({ uid, productUid, url }: Pick<ProductMedia, 'uid' | 'productUid' | 'url'>) => ({
  mediaUid: uid,
  productUid,
  url,
});
