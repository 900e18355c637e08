import { PARKED_DUE_AT } from '../record-store.js';
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
import type { PostgresDatabase } from './postgres-database.js';

/** The sweep on PostgreSQL: one look for each, and a transaction only when something was found. */
export class PostgresSweepStore implements SweepStore {
  readonly #heads: string;

  constructor(private readonly database: PostgresDatabase) {
    const headAfter = (place: string): string => `
      SELECT q.transport_id, q.ordering_key, q.due_at, q.delivery_id FROM ${database.table('webhook_queue')} q
      WHERE q.ordering_key IS NOT NULL AND (q.transport_id, q.ordering_key) > (${place})
      ORDER BY q.transport_id, q.ordering_key, q.event_id LIMIT 1`;
    // From key to key, over all that wait behind: a backlog costs no more than its keys.
    this.#heads = `
      WITH RECURSIVE head AS (
        (${headAfter('$1::bigint, $2::text')})
        UNION ALL
        SELECT n.* FROM head CROSS JOIN LATERAL (${headAfter('head.transport_id, head.ordering_key')}) n
      )
      SELECT * FROM head LIMIT $3`;
  }

  async tellForgottenLanes({
    after,
    limit,
    now,
    dueBefore,
  }: SweepRequest<number> & { dueBefore: number }): Promise<Swept<number>> {
    const { sql, parameters } = sweptLanes(this.database, after, limit, now, dueBefore);
    const lanes = await this.database.query<SweptLaneRow>('tillhook_sweep_lanes', sql, [...parameters]);
    const found = foundLanes(lanes, limit);
    if (found.repaired.length > 0) await this.database.write(tellLanes(this.database, found.repaired, now));
    return found;
  }

  async freeStrandedKeys({ after, limit, now }: SweepRequest<KeyPlace>): Promise<Swept<KeyPlace>> {
    const heads = await this.database.query<KeyHeadRow>('tillhook_sweep_keys', this.#heads, [
      after.transportId,
      after.orderingKey,
      limit,
    ]);
    const parked = heads
      .filter((head) => head.due_at === PARKED_DUE_AT)
      .map((head) => ({ transportId: head.transport_id, dueAt: head.due_at, deliveryId: head.delivery_id }));
    if (parked.length > 0) await this.database.write(freeParked(this.database, parked, now));
    const last = heads.length < limit ? undefined : heads.at(-1);
    return {
      repaired: transportsOf(parked),
      next: last && { transportId: last.transport_id, orderingKey: last.ordering_key },
    };
  }
}
