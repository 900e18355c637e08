import type { NotificationEvent } from '../../domain/notification-event.js';
import type { RecoveryPhase, RecoveryReason } from '../../domain/recovery.js';
import type { Database } from '../ports/database.js';
import type { RecoveryRow } from '../ports/recovery-job.js';
import type { HeldRecovery } from '../ports/recovery-store.js';
import { isEnvironment } from '../sql/environment-setting.js';
import { writeWithEvent } from '../sql/notification-event-sql.js';
import { deleteRecoveryItems, noteRecoveryItems } from '../sql/recovery-items.js';
import { recoveryJobOf, type RecoveryJobRow } from '../sql/recovery-job-rows.js';
import { recordProgress } from '../sql/recovery-rows.js';
import { endRecovery } from '../sql/recovery-statements.js';
import { DIALECTS } from '../sql/dialect.js';
import { statement } from '../sql/statement.js';

/** Maximum number of items of a job that one transaction deletes. */
const CLEANED_AT_ONCE = 2_000;

/**
 * Recoveries and replays (jobs), for the process that works on them. It holds a job by a lease, as it holds a lane: `due_at`
 * is the end of the lease, and each claim raises the fencing token. A method that gets a job changes the job's row only while
 * this process still holds the job.
 */
export class HeldRecoveryRepository {
  /** @param warn called for a job whose row cannot be read. No process claims that job again before its lease has ended */
  constructor(
    private readonly database: Database,
    private readonly warn: (message: string, error: unknown) => void,
  ) {}

  /**
   * Claims due jobs, the one that has been due for the longest time first. Jobs that another transaction has locked are left out.
   *
   * @param environment the environment of this process; '': none. If the database belongs to another one, nothing is claimed
   */
  async claim(holder: string, leaseMs: number, limit: number, environment: string): Promise<RecoveryRow[]> {
    const { database } = this;
    const now = database.now();
    const due = `SELECT id FROM ${this.#jobs} WHERE phase IS NOT NULL AND due_at <= ? AND ${isEnvironment(database, '?')}
      ORDER BY due_at LIMIT ?`;
    const values = [now, environment, limit];
    // Read first, so that on SQLite a call that finds nothing does not acquire the write lock.
    const { sql, parameters } = statement(database, due, values);
    if ((await database.dataSource.query<unknown[]>(sql, [...parameters])).length === 0) return [];
    const { lockRows } = DIALECTS[database.kind];
    // An array, because PostgreSQL may run a subquery of IN several times, each time for other rows.
    const chosen = lockRows === undefined ? `IN (${due})` : `= ANY (ARRAY(${due} ${lockRows} SKIP LOCKED))`;
    const [claimed] = await database.write([
      statement(
        database,
        `UPDATE ${this.#jobs} SET holder = ?, lease_token = lease_token + 1, due_at = ? WHERE id ${chosen} RETURNING *`,
        [holder, now + leaseMs, ...values],
      ),
    ]);
    return claimed!.rows.flatMap((row) => this.#readable(row));
  }

  /** Extends the lease. @returns false: the job is not held any more */
  renew(job: HeldRecovery, leaseMs: number): Promise<boolean> {
    return this.#update(job, 'due_at = ?', [this.database.now() + leaseMs]);
  }

  /**
   * Stores events, whose deliveries the job will enqueue, as items of the job, and moves its cursor.
   *
   * @returns false: the job is not held any more
   */
  async collect(
    { id, leaseToken }: HeldRecovery,
    eventIds: readonly number[],
    next: { readonly phase: RecoveryPhase; readonly cursorId: number },
    leaseMs: number,
  ): Promise<boolean> {
    const { instant } = DIALECTS[this.database.kind];
    const now = this.database.now();
    const results = await this.database.write(
      [
        statement(
          this.database,
          `UPDATE ${this.#jobs} SET ${recordProgress(instant)}, phase = ?, cursor_id = ?, found = found + ?, due_at = ?
            WHERE id = ? AND lease_token = ?`,
          [now, next.phase, next.cursorId, eventIds.length, now + leaseMs, id, leaseToken],
        ),
        ...(eventIds.length === 0 ? [] : [noteRecoveryItems(this.database, id, eventIds)]),
      ],
      { onlyIfFirstChanges: true },
    );
    return results.length > 0;
  }

  /**
   * Releases a job that cannot continue now. Its state is `QUEUED` until a process continues it.
   *
   * @param dueAt when a process should check it again
   */
  wait(job: HeldRecovery, reason: RecoveryReason, dueAt: number): Promise<boolean> {
    return this.#update(job, `state = 'QUEUED', reason = ?, holder = NULL, due_at = ?`, [reason, dueAt]);
  }

  /** Releases the job as it is. @param dueAt when a process should claim it again */
  release(job: HeldRecovery, dueAt: number): Promise<boolean> {
    return this.#update(job, 'holder = NULL, due_at = ?', [dueAt]);
  }

  /**
   * Ends the job and releases it.
   *
   * @param eventOf called only for `DONE`: returns the event that reports the end to the tenant, stored in the same
   *   transaction. Default: no event
   * @returns the job as it ended; undefined: it is not held any more
   */
  async end(
    { id, leaseToken }: HeldRecovery,
    state: 'DONE' | 'FAILED',
    reason: RecoveryReason | null,
    eventOf: (job: RecoveryRow) => NotificationEvent | undefined = () => undefined,
  ): Promise<RecoveryRow | undefined> {
    const now = this.database.now();
    const update = statement(
      this.database,
      `UPDATE ${this.#jobs} SET ${endRecovery(state)}, reason = ? WHERE id = ? AND lease_token = ? RETURNING *`,
      [now, now, reason, id, leaseToken],
    );
    // Only the holder changes the counts, so they are still the same in the transaction.
    const present = state === 'DONE' ? await this.#find(id) : undefined;
    const event = present && eventOf({ ...present, state });
    const [ended] = event
      ? await writeWithEvent(this.database, event, (reported) => [update, ...reported], {
          onlyIfFirstChanges: true,
        })
      : await this.database.write([update]);
    const [row] = ended?.rows ?? [];
    return row && recoveryJobOf(row);
  }

  /** Deletes some of the items of a job that has ended. @returns whether there may be more */
  async clean(job: HeldRecovery): Promise<boolean> {
    const [deleted] = await this.database.write([
      deleteRecoveryItems(this.database, job.id, CLEANED_AT_ONCE),
    ]);
    if (deleted!.affected === CLEANED_AT_ONCE) return true;
    await this.#update(job, 'phase = NULL, holder = NULL', []);
    return false;
  }

  async #find(id: number): Promise<RecoveryRow | undefined> {
    const { sql, parameters } = statement(this.database, `SELECT * FROM ${this.#jobs} WHERE id = ?`, [id]);
    const [row] = await this.database.dataSource.query<RecoveryJobRow[]>(sql, [...parameters]);
    return row && recoveryJobOf(row);
  }

  async #update(
    { id, leaseToken }: HeldRecovery,
    assignments: string,
    values: readonly unknown[],
  ): Promise<boolean> {
    const [result] = await this.database.write([
      statement(this.database, `UPDATE ${this.#jobs} SET ${assignments} WHERE id = ? AND lease_token = ?`, [
        ...values,
        id,
        leaseToken,
      ]),
    ]);
    return result!.affected > 0;
  }

  /** A damaged row must not keep other jobs from running. @returns an empty array if the row is damaged */
  #readable(row: RecoveryJobRow): RecoveryRow[] {
    try {
      return [recoveryJobOf(row)];
    } catch (error) {
      this.warn(
        `Row ${String(row['id'])} of webhook_recovery cannot be read, so its job does not run. Correct or delete the row`,
        error,
      );
      return [];
    }
  }

  get #jobs(): string {
    return this.database.table('webhook_recovery');
  }
}
