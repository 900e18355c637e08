import { ENVIRONMENT_SETTING } from '../sql/environment-setting.js';
import { STOP_SETTING } from '../sql/stop-setting.js';
import { LOOK_AHEAD_MS, MOST_DUE, type WorkCheck, type WorkCheckStore } from '../ports/work-check-store.js';
import type { PostgresDatabase } from './postgres-database.js';
import { numbersOf, STATEMENT_MS } from './sql.js';

interface WorkCheckRow {
  now: number;
  has_events: boolean;
  due_dates: string;
  recovery_due_at: number | null;
  environment: string | null;
  stop: string | null;
}

/** The work check of an idle process, on PostgreSQL: one statement that reads a few index entries and rows. */
export class PostgresWorkCheckStore implements WorkCheckStore {
  readonly #sql: string;

  constructor(private readonly database: PostgresDatabase) {
    const [outbox, lane, setting, recovery] = [
      'webhook_outbox',
      'webhook_lane',
      'webhook_setting',
      'webhook_recovery',
    ].map((name) => database.table(name));
    // The outbox is read backwards, as in fan-out: dead rows of events that were fanned out have smaller keys.
    this.#sql = `
      SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
        (SELECT 1 FROM ${outbox} ORDER BY tenant_uid DESC, event_id DESC LIMIT 1) IS NOT NULL AS has_events,
        ARRAY(
          SELECT due_at FROM ${lane} WHERE due_at <= ${STATEMENT_MS} + ${LOOK_AHEAD_MS}
          ORDER BY due_at, transport_id LIMIT ${MOST_DUE}
        )::text AS due_dates,
        (SELECT due_at FROM ${recovery} WHERE phase IS NOT NULL ORDER BY due_at LIMIT 1) AS recovery_due_at,
        (SELECT value FROM ${setting} WHERE name = '${ENVIRONMENT_SETTING}') AS environment,
        (SELECT value FROM ${setting} WHERE name = '${STOP_SETTING}') AS stop`;
  }

  async check(channel: string | undefined): Promise<WorkCheck> {
    const sentAt = performance.now();
    const [row] = await (channel === undefined
      ? this.database.query<WorkCheckRow>('tillhook_work_check', this.#sql, [])
      : // A notification needs no flush to disk.
        this.database.query<WorkCheckRow>(
          'tillhook_work_check_and_notify',
          `${this.#sql}, set_config('synchronous_commit', 'off', true), pg_notify($1, '')`,
          [channel],
        ));
    const { now, has_events, due_dates, recovery_due_at: recoveryDueAt, environment, stop } = row!;
    this.database.adoptClock(now, sentAt);
    return {
      hasEvents: has_events,
      dueDates: numbersOf(due_dates),
      recoveryDueAt,
      environment: environment ?? undefined,
      stop: stop ?? undefined,
      sentAt,
    };
  }
}
