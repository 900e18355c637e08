import { PARKED_DUE_AT, type ParkedDelivery } from '../record-store.js';
import {
  foundLanes,
  freeParked,
  sweptLanes,
  tellLanes,
  transportsOf,
  type KeyHeadRow,
  type SweptLaneRow,
} from '../sweep-statements.js';
import type { KeyPlace, Swept, SweepRequest, SweepStore } from '../sweep-store.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** The sweep on SQLite: what is in order costs no write lock. */
export class SqliteSweepStore implements SweepStore {
  readonly #headAfter: string;

  constructor(private readonly database: SqliteDatabase) {
    this.#headAfter = `
      SELECT transport_id, ordering_key, due_at, delivery_id FROM ${database.table('webhook_queue')}
      WHERE ordering_key IS NOT NULL AND (transport_id, ordering_key) > (?, ?)
      ORDER BY transport_id, ordering_key, event_id LIMIT 1`;
  }

  async tellForgottenLanes({
    after,
    limit,
    now,
    dueBefore,
  }: SweepRequest<number> & { dueBefore: number }): Promise<Swept<number>> {
    const { sql, parameters } = sweptLanes(this.database, after, limit, now, dueBefore);
    const lanes = this.database.prepare<SweptLaneRow>(sql).all(...parameters);
    const found = foundLanes(lanes, limit);
    if (found.repaired.length > 0) await this.database.write(tellLanes(this.database, found.repaired, now));
    return found;
  }

  async freeStrandedKeys({ after, limit, now }: SweepRequest<KeyPlace>): Promise<Swept<KeyPlace>> {
    const headAfter = this.database.prepare<KeyHeadRow>(this.#headAfter);
    const parked: ParkedDelivery[] = [];
    let place: KeyPlace | undefined = after;
    for (let looked = 0; looked < limit && place; looked++) {
      const head: KeyHeadRow | undefined = headAfter.get(place.transportId, place.orderingKey);
      place = head && { transportId: head.transport_id, orderingKey: head.ordering_key };
      if (head?.due_at !== PARKED_DUE_AT) continue;
      parked.push({ transportId: head.transport_id, dueAt: head.due_at, deliveryId: head.delivery_id });
    }
    if (parked.length > 0) await this.database.write(freeParked(this.database, parked, now));
    return { repaired: transportsOf(parked), next: place };
  }
}
