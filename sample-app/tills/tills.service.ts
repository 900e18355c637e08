import { ConflictException, Injectable } from '@nestjs/common';
import { WebhookEmitter } from 'nestjs-tillhook';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../account/actor.js';
import { getOne, lockOne } from '../database/entity-store.js';
import { PosTransactions } from '../database/pos-transactions.js';
import { referenceTo } from '../database/tenant-entity.js';
import { thinPayload } from '../events/thin-payload.js';
import { Store } from './store.entity.js';
import { Till } from './till.entity.js';
import type { CloseTillDto, OpenTillDto } from './tills.dto.js';

/** Opens tills and closes them with a count. */
@Injectable()
export class TillsService {
  constructor(
    private readonly transactions: PosTransactions,
    private readonly webhooks: WebhookEmitter,
  ) {}

  async list({ tenant }: Actor, storeUid: string) {
    const where = { tenantUid: tenant.Uid, storeUid };
    const tills = await this.transactions.read((manager) =>
      manager.find(Till, { where, order: { id: 'ASC' } }),
    );
    return { items: tills.map(toView) };
  }

  /** @throws {ConflictException} when it is open already. */
  open(actor: Actor, storeUid: string, tillUid: string, { openingAmount }: OpenTillDto) {
    return this.#change('TILL_OPEN', actor, storeUid, tillUid, (till) => {
      if (till.state === 'OPEN') throw new ConflictException('The till is open already.');
      return { state: 'OPEN', expectedAmount: openingAmount, countedAmount: null };
    });
  }

  /** @throws {ConflictException} when it is not open. */
  close(actor: Actor, storeUid: string, tillUid: string, { countedAmount }: CloseTillDto) {
    return this.#change('TILL_CLOSED', actor, storeUid, tillUid, (till) => {
      if (till.state === 'CLOSED') throw new ConflictException('The till is closed already.');
      return { state: 'CLOSED', countedAmount };
    });
  }

  /**
   * Puts a payment into an open till, as part of the caller's transaction.
   *
   * @throws {ConflictException} when the till is closed.
   */
  async takePayment(
    manager: EntityManager,
    till: Pick<Till, 'tenantUid' | 'storeUid' | 'uid'>,
    amount: number,
  ) {
    const { id, state } = await lockOne(manager, Till, till);
    if (state === 'CLOSED') throw new ConflictException(`Till "${till.uid}" is closed: open it first.`);
    await manager.increment(Till, { id }, 'expectedAmount', amount);
  }

  #change(
    action: 'TILL_OPEN' | 'TILL_CLOSED',
    actor: Actor,
    storeUid: string,
    tillUid: string,
    change: (till: Till) => Partial<Till>,
  ) {
    const tenantUid = actor.tenant.Uid;
    return this.transactions.run(async (manager) => {
      const store = await getOne(manager, Store, { tenantUid, uid: storeUid });
      const till = await lockOne(manager, Till, { tenantUid, storeUid, uid: tillUid });
      const changes = change(till);
      await manager.update(Till, { id: till.id }, changes);
      const data = thinPayload(actor, { store: referenceTo(store), till: referenceTo(till) });
      await this.webhooks.emit(action, data, { tenantUid, orderingKey: tillUid, manager });
      return toView({ ...till, ...changes });
    });
  }
}

/** The difference of a closed till is the counted minus the expected amount: negative if money is missing. */
function toView({ uid, storeUid, state, expectedAmount, countedAmount }: Till) {
  const difference = countedAmount === null ? null : countedAmount - expectedAmount;
  return { tillUid: uid, storeUid, state, expectedAmount, countedAmount, difference };
}
