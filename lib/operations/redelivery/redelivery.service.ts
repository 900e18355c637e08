import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { deliveryUidOf } from '../../domain/uid.js';
import { RedeliveryRefusedError, type RedeliveryRefusal } from '../../errors/admin.errors.js';
import { DatabaseBusyError } from '../../errors/database.errors.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import type { ListedDelivery } from '../../persistence/ports/delivery-store.js';
import type { RedeliveryFacts } from '../../persistence/ports/request-store.js';
import { DeliveryRepository } from '../../persistence/repositories/delivery.repository.js';
import { WAKE_UPS, type WakeUps } from '../../wake-up/wake-ups.js';
import { refusalOf } from './decide-redelivery.js';

/** For how long rows that are locked, or have moved since they were read, are tried again, in ms. */
const PATIENCE_MS = 2_000;
/** Longest pause before such a try, in ms. */
const PAUSE_MS = 25;

/**
 * Result of a request: accepted, refused, `UNKNOWN` (the tenant has no such delivery), or `LOCKED` (another transaction
 * holds a lock for too long; nothing was changed).
 */
export type RedeliveryOutcome = 'ACCEPTED' | 'UNKNOWN' | 'LOCKED' | RedeliveryRefusal;

/**
 * Redelivers deliveries on request. An ended delivery moves back to the queue. A pending one is marked, and the holder of its
 * lane sends it next: only the holder knows whether an attempt is in flight.
 */
@Injectable()
export class RedeliveryService {
  constructor(
    private readonly deliveries: DeliveryRepository,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(WAKE_UPS) private readonly wakeUps: WakeUps,
  ) {}

  /**
   * @returns the delivery as the accepted request leaves it, `PENDING`; undefined if the tenant has no such delivery
   * @throws {RedeliveryRefusedError}
   * @throws {DatabaseBusyError} if another transaction held a lock for 2 s
   */
  async redeliver(tenantUid: string, deliveryId: number): Promise<ListedDelivery | undefined> {
    const before = await this.deliveries.find(tenantUid, deliveryId);
    if (!before) return undefined;
    const outcome = (await this.redeliverMany(tenantUid, [deliveryId])).get(deliveryId)!;
    if (outcome === 'UNKNOWN') return undefined;
    if (outcome === 'LOCKED')
      throw new DatabaseBusyError(
        `Delivery ${deliveryUidOf(deliveryId)} not changed: another transaction held a lock on its row or its lane for ${PATIENCE_MS} ms. Try again.`,
      );
    if (outcome !== 'ACCEPTED') throw new RedeliveryRefusedError(outcome);
    return {
      ...before,
      status: 'PENDING',
      reason: null,
      finishedAt: null,
      dueAt: before.dueAt ?? this.database.now(),
    };
  }

  /** Requests the redelivery of each delivery independently of the others. @returns the outcomes, by the id of the delivery */
  async redeliverMany(
    tenantUid: string,
    deliveryIds: readonly number[],
  ): Promise<ReadonlyMap<number, RedeliveryOutcome>> {
    const outcomes = new Map<number, RedeliveryOutcome>(deliveryIds.map((id) => [id, 'UNKNOWN']));
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (let rest = [...outcomes.keys()]; rest.length > 0;) {
      const tried = await this.#try(tenantUid, rest, outcomes);
      // The others were locked, or have moved since they were read: read them again.
      rest = tried.filter((id) => outcomes.get(id) === 'LOCKED');
      if (performance.now() >= giveUpAt) break;
      if (rest.length > 0) await sleep(Math.random() * PAUSE_MS);
    }
    return outcomes;
  }

  /** @returns the deliveries that were not refused */
  async #try(
    tenantUid: string,
    deliveryIds: readonly number[],
    outcomes: Map<number, RedeliveryOutcome>,
  ): Promise<number[]> {
    const facts = await this.deliveries.redeliveryFacts(tenantUid, deliveryIds);
    for (const id of deliveryIds) outcomes.set(id, 'UNKNOWN');
    const possible: RedeliveryFacts[] = [];
    for (const fact of facts) {
      const refusal = refusalOf(fact);
      outcomes.set(fact.deliveryId, refusal ?? 'LOCKED');
      if (refusal === undefined) possible.push(fact);
    }
    if (possible.length === 0) return [];
    const accepted = await this.deliveries.requestRedelivery(tenantUid, possible);
    for (const id of accepted) outcomes.set(id, 'ACCEPTED');
    const lanes = possible.filter(({ deliveryId }) => accepted.has(deliveryId));
    this.wakeUps.announceWork(new Set(lanes.map(({ transportId }) => transportId)));
    return possible.map(({ deliveryId }) => deliveryId);
  }
}
