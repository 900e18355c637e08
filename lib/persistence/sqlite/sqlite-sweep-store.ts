import {
  nextAfter,
  redateFirstAttempts,
  scheduleStranded,
  strandedIn,
  sweptLanes,
  type SweptLaneRow,
} from '../sql/sweep-statements.js';
import type { Swept, SweepRequest, SweepStore } from '../ports/sweep-store.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** The sweep on SQLite. It acquires the write lock only if it found a stranded lane. */
export class SqliteSweepStore implements SweepStore {
  readonly #schedule: string;

  constructor(private readonly database: SqliteDatabase) {
    this.#schedule = `
      UPDATE ${database.table('webhook_lane')} SET ${scheduleStranded('sqlite', '@now')}
      WHERE transport_id = @transportId`;
  }

  async scheduleStrandedLanes(request: SweepRequest): Promise<Swept> {
    const { sql, parameters } = sweptLanes(this.database, request);
    const lanes = this.database.prepare<SweptLaneRow>(sql).all(...parameters);
    const repaired = strandedIn(lanes);
    if (repaired.length > 0) {
      await this.database.transaction(() => {
        const schedule = this.database.prepare(this.#schedule);
        for (const { sql, parameters } of redateFirstAttempts(this.database, lanes, request.now))
          this.database.prepare(sql).run(...parameters);
        for (const transportId of repaired) schedule.run({ now: request.now, transportId });
      });
    }
    return { repaired, next: nextAfter(lanes, request.limit) };
  }
}
