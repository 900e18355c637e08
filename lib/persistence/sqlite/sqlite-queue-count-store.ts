import { setImmediate as turn } from 'node:timers/promises';
import type { QueueCountStore } from '../ports/queue-count-store.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** Number of rows counted, or transports read, before yielding to the event loop: about a millisecond. */
const SLICE_ROWS = 10_000;
const SLICE_TRANSPORTS = 100;

interface LaneRow {
  id: number;
  scan_from: number;
}

/** Counts on SQLite in slices, because the driver blocks the event loop. Each slice continues where the previous one ended. */
export class SqliteQueueCountStore implements QueueCountStore {
  readonly #sql;

  constructor(private readonly database: SqliteDatabase) {
    const queue = database.table('webhook_queue');
    const rows = `FROM ${queue} WHERE transport_id = ? AND (due_at, delivery_id) > (?, ?)`;
    this.#sql = {
      lanes: `
        SELECT t.id, l.scan_from FROM ${database.table('webhook_http_transport')} t
        JOIN ${database.table('webhook_lane')} l ON l.transport_id = t.id WHERE t.tenant_uid = ?`,
      end: `SELECT due_at, delivery_id ${rows} ORDER BY transport_id, due_at, delivery_id LIMIT 1 OFFSET ?`,
      count: `SELECT count(*) AS rows FROM (SELECT 1 ${rows} LIMIT ?)`,
    };
  }

  async pending(tenantUid: string, most: number): Promise<number> {
    const lanes = this.database.prepare<LaneRow>(this.#sql.lanes).all(tenantUid);
    let counted = 0;
    for (const [index, lane] of lanes.entries()) {
      if (index % SLICE_TRANSPORTS === SLICE_TRANSPORTS - 1) await turn();
      counted += await this.#pendingOf(lane, most - counted);
      if (counted >= most) break;
    }
    return counted;
  }

  async #pendingOf({ id, scan_from: scanFrom }: LaneRow, most: number): Promise<number> {
    const end = this.database.prepare<{ due_at: number; delivery_id: number }>(this.#sql.end);
    const count = this.database.prepare<{ rows: number }>(this.#sql.count);
    let cursor = [scanFrom, -1];
    for (let counted = 0; ; counted += SLICE_ROWS) {
      const slice = Math.min(SLICE_ROWS, most - counted);
      const last = slice < SLICE_ROWS ? undefined : end.get(id, ...cursor, SLICE_ROWS - 1);
      if (!last) return counted + count.get(id, ...cursor, slice)!.rows;
      cursor = [last.due_at, last.delivery_id];
      await turn();
    }
  }
}
