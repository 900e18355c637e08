import { Injectable } from '@nestjs/common';
import type { Actor } from '../account/actor.js';
import { getOne } from '../database/entity-store.js';
import { PosTransactions } from '../database/pos-transactions.js';
import { StockLedger } from './stock-ledger.js';
import { StockLevel } from './stock-level.entity.js';
import { Warehouse } from './warehouse.entity.js';

/** Lists the stock of a warehouse, and corrects it by hand. */
@Injectable()
export class StockService {
  constructor(
    private readonly transactions: PosTransactions,
    private readonly ledger: StockLedger,
  ) {}

  async list({ tenant }: Actor, warehouseUid: string) {
    const where = { tenantUid: tenant.Uid, warehouseUid };
    const levels = await this.transactions.read((manager) =>
      manager.find(StockLevel, { where, order: { productUid: 'ASC' } }),
    );
    return { items: levels.map(toView) };
  }

  /** Sets or corrects a quantity: `next` gets the old one and returns the new one. */
  change(actor: Actor, warehouseUid: string, productUid: string, next: (quantity: number) => number) {
    return this.transactions.run(async (manager) => {
      const warehouse = await getOne(manager, Warehouse, { tenantUid: actor.tenant.Uid, uid: warehouseUid });
      return toView(await this.ledger.change(manager, actor, warehouse, productUid, next));
    });
  }
}

const toView = ({ warehouseUid, productUid, quantity }: StockLevel) => ({
  warehouseUid,
  productUid,
  quantity,
});
