import { Injectable } from '@nestjs/common';
import { WebhookEmitter } from 'nestjs-tillhook';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../account/actor.js';
import { getOne, insertOne, lockOne } from '../database/entity-store.js';
import { PosTransactions } from '../database/pos-transactions.js';
import { referenceTo } from '../database/tenant-entity.js';
import { thinPayload } from '../events/thin-payload.js';
import { completes, partsToDo } from '../lines/outstanding-lines.js';
import { Product } from '../products/product.entity.js';
import { movementsOf, StockLedger } from '../stock/stock-ledger.js';
import { Warehouse } from '../stock/warehouse.entity.js';
import { PurchaseLine } from './purchase-line.entity.js';
import { Purchase } from './purchase.entity.js';
import type { CreatePurchaseDto, ReceivePurchaseDto } from './purchases.dto.js';

/** Orders goods from suppliers and receives them into a warehouse, in one or several parts. */
@Injectable()
export class PurchasesService {
  constructor(
    private readonly transactions: PosTransactions,
    private readonly ledger: StockLedger,
    private readonly webhooks: WebhookEmitter,
  ) {}

  get({ tenant }: Actor, purchaseUid: string) {
    return this.transactions.read(async (manager) => {
      const purchase = await getOne(manager, Purchase, { tenantUid: tenant.Uid, uid: purchaseUid });
      return toView(purchase, await linesOf(manager, purchase));
    });
  }

  create(actor: Actor, { purchaseUid, warehouseUid, supplier, lines }: CreatePurchaseDto) {
    const tenantUid = actor.tenant.Uid;
    return this.transactions.run(async (manager) => {
      await getOne(manager, Warehouse, { tenantUid, uid: warehouseUid });
      for (const { productUid } of lines) await getOne(manager, Product, { tenantUid, uid: productUid });
      const values = { tenantUid, uid: purchaseUid, warehouseUid, supplier, state: 'OPEN' as const };
      const purchase = await insertOne(manager, Purchase, values);
      const purchaseLines = lines.map((line, index) => ({
        ...line,
        tenantUid,
        purchaseUid: purchase.uid,
        lineNumber: index + 1,
        receivedQuantity: 0,
      }));
      await manager.insert(PurchaseLine, purchaseLines);
      return toView(purchase, purchaseLines);
    });
  }

  /** Adds the received goods to the stock. Emits PURCHASE_RECEIVED once nothing is outstanding. */
  receive(actor: Actor, purchaseUid: string, { lines: named }: ReceivePurchaseDto) {
    const tenantUid = actor.tenant.Uid;
    return this.transactions.run(async (manager) => {
      const purchase = await lockOne(manager, Purchase, { tenantUid, uid: purchaseUid });
      const lines = (await linesOf(manager, purchase)).map((line) => ({
        ...line,
        done: line.receivedQuantity,
      }));
      const parts = partsToDo(lines, named);
      for (const { lineNumber, quantity } of parts) {
        await manager.increment(
          PurchaseLine,
          { tenantUid, purchaseUid, lineNumber },
          'receivedQuantity',
          quantity,
        );
      }
      await this.ledger.move(manager, actor, purchase.warehouseUid, movementsOf(parts, 1));
      if (purchase.state === 'OPEN' && completes(lines, parts))
        await this.#complete(manager, actor, purchase);
      return toView(
        await getOne(manager, Purchase, { tenantUid, uid: purchaseUid }),
        await linesOf(manager, purchase),
      );
    });
  }

  async #complete(manager: EntityManager, actor: Actor, purchase: Purchase): Promise<void> {
    const tenantUid = actor.tenant.Uid;
    await manager.update(Purchase, { id: purchase.id }, { state: 'RECEIVED' });
    const warehouse = await getOne(manager, Warehouse, { tenantUid, uid: purchase.warehouseUid });
    const data = thinPayload(actor, { purchase: referenceTo(purchase), warehouse: referenceTo(warehouse) });
    await this.webhooks.emit('PURCHASE_RECEIVED', data, { tenantUid, orderingKey: purchase.uid, manager });
  }
}

const linesOf = (manager: EntityManager, { tenantUid, uid }: Purchase): Promise<PurchaseLine[]> =>
  manager.find(PurchaseLine, { where: { tenantUid, purchaseUid: uid }, order: { lineNumber: 'ASC' } });

const toView = ({ uid, warehouseUid, supplier, state }: Purchase, lines: PurchaseLine[]) => ({
  purchaseUid: uid,
  warehouseUid,
  supplier,
  state,
  lines: lines.map(({ lineNumber, productUid, quantity, receivedQuantity }) => ({
    lineNumber,
    productUid,
    quantity,
    receivedQuantity,
  })),
});
