import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { type ActionCatalog, WebhookEmitter } from 'nestjs-tillhook';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../account/actor.js';
import { PosTransactions } from '../database/pos-transactions.js';
import { RequestDrain } from '../shutdown/request-drain.js';
import type { EmitBatchDto, EmitEventDto } from './events.dto.js';
import { orderingKeysOf } from './is-ordering-keys.js';

/** Thrown to roll a transaction back on request, although nothing has failed. */
class RollbackWanted<T> extends Error {
  constructor(readonly result: T) {
    super('The caller asked for a rollback.');
  }
}

/** Emits any action, for experiments and load tests, in a transaction that can be held open and rolled back. */
@Injectable()
export class EventsService {
  constructor(
    private readonly transactions: PosTransactions,
    private readonly webhooks: WebhookEmitter<ActionCatalog>,
    private readonly drain: RequestDrain,
  ) {}

  emit({ tenant }: Actor, input: EmitEventDto) {
    const { action, data, orderingKey, eventUid } = input;
    return this.#inTransaction(input, (manager) =>
      this.webhooks.emit(action, data, { tenantUid: tenant.Uid, manager, orderingKey, eventUid }),
    );
  }

  emitBatch({ tenant }: Actor, input: EmitBatchDto) {
    const { action, data, count, orderingKeys } = input;
    const keys = orderingKeys === undefined ? [] : orderingKeysOf(orderingKeys);
    const events = Array.from({ length: count }, (_, index) => ({
      action,
      data,
      orderingKey: keys[index % keys.length],
    }));
    return this.#inTransaction(input, async (manager) => {
      const emitted = await this.webhooks.emitMany(events, { tenantUid: tenant.Uid, manager });
      return { count, eventUids: emitted.map(({ eventUid }) => eventUid) };
    });
  }

  async #inTransaction<T extends object>(
    { holdMs = 0, rollback = false }: { holdMs?: number; rollback?: boolean },
    emit: (manager: EntityManager) => Promise<T>,
  ): Promise<T | (T & { rolledBack: true })> {
    try {
      return await this.transactions.run(async (manager) => {
        const result = await emit(manager);
        await this.#hold(holdMs);
        if (rollback) throw new RollbackWanted(result);
        return result;
      });
    } catch (error) {
      if (error instanceof RollbackWanted) return { ...(error.result as T), rolledBack: true };
      throw error;
    }
  }

  /** A shutdown rolls held transactions back, so that the process need not wait a minute for them. */
  async #hold(holdMs: number): Promise<void> {
    try {
      if (holdMs > 0) await sleep(holdMs, undefined, { signal: this.drain.stopping });
    } catch {
      throw new ServiceUnavailableException('The app is shutting down; the transaction was rolled back.');
    }
  }
}
