import pg from 'pg';
import type { DataSource } from 'typeorm';

/** An open transaction of another program, such as a backup. PostgreSQL removes no dead rows before it ends. */
export class ForeignSnapshot {
  private constructor(private readonly client: pg.Client) {}

  static async open(url: string): Promise<ForeignSnapshot> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await client.query('SELECT count(*) FROM webhook_lane');
    return new ForeignSnapshot(client);
  }

  close(): Promise<void> {
    return this.client.end();
  }
}

/**
 * Leaves this many dead rows at the head of each lane that has exactly one row in the queue, as the delivery of a backlog does.
 * The function inserts copies of that row, due between two hours and one hour ago, and deletes them.
 */
export async function leaveDeadRows(dataSource: DataSource, perLane: number): Promise<void> {
  const HOUR_MS = 3_600_000;
  const from = Date.now() - 2 * HOUR_MS;
  await dataSource.query(
    `INSERT INTO webhook_queue
     SELECT copy.* FROM webhook_queue q CROSS JOIN generate_series(1, ${perLane}) n
     CROSS JOIN LATERAL jsonb_populate_record(q, jsonb_build_object(
       'due_at', ${from} + n * ${HOUR_MS}::bigint / ${perLane}, 'delivery_id', -n, 'event_id', -n)) copy`,
  );
  await dataSource.query('DELETE FROM webhook_queue WHERE delivery_id < 0');
}
