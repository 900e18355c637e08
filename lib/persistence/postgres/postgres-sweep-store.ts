import {
  nextAfter,
  redateFirstAttempts,
  scheduleStranded,
  strandedIn,
  sweptLanes,
  type SweptLaneRow,
} from '../sql/sweep-statements.js';
import type { Swept, SweepRequest, SweepStore } from '../ports/sweep-store.js';
import type { PostgresDatabase } from './postgres-database.js';
import { numbers } from './sql.js';

/** The sweep on PostgreSQL: one statement reads. If it finds a stranded lane, one or more others write. */
export class PostgresSweepStore implements SweepStore {
  readonly #schedule: string;

  constructor(private readonly database: PostgresDatabase) {
    const lane = database.table('webhook_lane');
    // In ascending order, as all code locks lanes. A lane that another transaction has locked is left to the next sweep.
    this.#schedule = `
      UPDATE ${lane} SET ${scheduleStranded('postgres', '$2::bigint')}
      WHERE transport_id = ANY (ARRAY(
        SELECT r.transport_id FROM unnest($1::bigint[]) AS r (transport_id)
        CROSS JOIN LATERAL (
          SELECT 1 FROM ${lane} l WHERE l.transport_id = r.transport_id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
        ) l))
      RETURNING transport_id`;
  }

  async scheduleStrandedLanes(request: SweepRequest): Promise<Swept> {
    const { sql, parameters } = sweptLanes(this.database, request);
    const lanes = await this.database.query<SweptLaneRow>('tillhook_sweep_lanes', sql, [...parameters]);
    const stranded = strandedIn(lanes);
    const next = nextAfter(lanes, request.limit);
    if (stranded.length === 0) return { repaired: [], next };
    const first = redateFirstAttempts(this.database, lanes, request.now);
    if (first.length > 0) await this.database.write(first);
    const rows = await this.database.query<{ transport_id: number }>(
      'tillhook_sweep_schedule',
      this.#schedule,
      [numbers(stranded), request.now],
    );
    const repaired = rows.map((row) => row.transport_id).sort((one, other) => one - other);
    return { repaired, next };
  }
}
