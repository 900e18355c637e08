import { Inject, Injectable } from '@nestjs/common';
import {
  firstPhase,
  type RecoverableStatus,
  type RecoveryCriteria,
  type RecoveryKind,
  type RecoveryPhase,
  type RecoveryReason,
  type RecoveryState,
} from '../../domain/recovery.js';
import { RecoveryActiveError } from '../../errors/admin.errors.js';
import { isUniqueViolation } from '../errors/driver-errors.js';
import { DATABASE, type Database, type Statement } from '../ports/database.js';
import { WebhookEntity } from '../entities/webhook.entity.js';
import type { HeldRecovery } from '../ports/recovery-store.js';
import { deleteSome } from '../sql/delete-some.js';
import { DIALECTS } from '../sql/dialect.js';
import { isEnvironment } from '../sql/environment-setting.js';
import { recordProgress } from '../sql/recovery-rows.js';
import { statement } from '../sql/statement.js';

/** A recovery or replay of a transport. Instants are ms since the epoch. */
export interface RecoveryRow extends HeldRecovery {
  readonly tenantUid: string;
  readonly transportId: number;
  readonly httpTransportUid: string;
  readonly kind: RecoveryKind;
  readonly since: number;
  readonly until: number;
  readonly statuses: readonly RecoverableStatus[];
  readonly actions: readonly string[] | undefined;
  readonly webhookId: number | null;
  readonly webhookUid: string | null;
  readonly state: RecoveryState;
  readonly reason: RecoveryReason | null;
  /** Null: nothing is left to do. */
  readonly phase: RecoveryPhase | null;
  readonly cursorId: number;
  readonly found: number;
  readonly requeued: number;
  readonly created: number;
  readonly skipped: number;
  readonly payloadGone: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

/** The transport that a job belongs to. */
export interface RecoveredTransport {
  readonly id: number;
  readonly tenantUid: string;
  readonly httpTransportUid: string;
}

/** Which jobs to list: newest first. */
export interface RecoveryPageRequest {
  /** Undefined: of all transports. */
  readonly httpTransportUid: string | undefined;
  /** Exclusive. Undefined: from the newest. */
  readonly beforeId: number | undefined;
  readonly limit: number;
}

/** Collected notes that one transaction deletes at most. */
const CLEANED_AT_ONCE = 2_000;
const ACTIVE = `state IN ('QUEUED', 'RUNNING')`;
/** What is left to do for a job that has ended. */
const PHASE_AFTER_END = `CASE WHEN kind = 'RECOVER' THEN 'CLEAN' END`;

/**
 * The jobs that recover and replay. A process holds a job by a lease, as it holds a lane: `due_at` is the end of the lease,
 * and each claim raises the fencing token. A cancellation raises it too, so that the holder changes nothing afterwards.
 */
@Injectable()
export class RecoveryRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** The tenant's number in the log; undefined: it never had a transport. */
  async tenantId(tenantUid: string): Promise<number | undefined> {
    const [row] = await this.#query(
      `SELECT id FROM ${this.database.table('webhook_tenant')} WHERE tenant_uid = ?`,
      [tenantUid],
    );
    return row && Number(row['id']);
  }

  /** The webhooks of a transport. */
  webhooksOf(transportId: number): Promise<WebhookEntity[]> {
    return this.database.dataSource.getRepository(WebhookEntity).findBy({ transportId });
  }

  /** @throws {RecoveryActiveError} if the transport has a job that has not ended */
  async insert(transport: RecoveredTransport, criteria: RecoveryCriteria): Promise<RecoveryRow> {
    try {
      const [inserted] = await this.database.write([this.inserting(transport, criteria)]);
      return rowOf(inserted!.rows[0]!);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new RecoveryActiveError(transport.httpTransportUid, { cause: error });
    }
  }

  /** The statement of `insert`, for a transaction that also writes something else. */
  inserting(transport: RecoveredTransport, criteria: RecoveryCriteria): Statement {
    const now = this.database.now();
    const { actions, webhook } = criteria;
    return statement(
      this.database,
      `INSERT INTO ${this.#jobs} (tenant_uid, transport_id, http_transport_uid, kind, since_at, until_at, statuses, actions,
         webhook_id, webhook_uid, state, phase, created_at, due_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'QUEUED', ?, ?, ?) RETURNING *`,
      [
        transport.tenantUid,
        transport.id,
        transport.httpTransportUid,
        criteria.kind,
        criteria.since,
        criteria.until,
        JSON.stringify(criteria.statuses),
        actions === undefined ? null : JSON.stringify(actions),
        webhook?.id ?? null,
        webhook?.webhookUid ?? null,
        firstPhase(criteria),
        now,
        now,
      ],
    );
  }

  /** Ends a job of the transport that has not ended. */
  endingActive(transportId: number, reason: RecoveryReason): Statement {
    return statement(
      this.database,
      `UPDATE ${this.#jobs} SET ${this.#ended('FAILED')}, reason = ? WHERE transport_id = ? AND ${ACTIVE}`,
      [this.database.now(), this.database.now(), reason, transportId],
    );
  }

  /** Ends all jobs of a tenant whose transports were deleted. Afterwards, no process adds notes to them. */
  async endAllOf(tenantUid: string): Promise<void> {
    const now = this.database.now();
    await this.database.write([
      statement(
        this.database,
        `UPDATE ${this.#jobs} SET ${this.#ended('FAILED')}, reason = 'TRANSPORT_DELETED' WHERE tenant_uid = ? AND ${ACTIVE}`,
        [now, now, tenantUid],
      ),
    ]);
  }

  /** Deletes those of the `limit` oldest jobs that ended before an instant. @returns how many were deleted */
  async deleteEndedBefore(instant: number, limit: number): Promise<number> {
    const rows = {
      table: 'webhook_recovery',
      key: 'id',
      condition: `id <= (SELECT max(id) FROM (SELECT id FROM ${this.#jobs} ORDER BY id LIMIT ?) oldest)
        AND phase IS NULL AND finished_at < ?`,
      parameters: [limit, instant],
      order: 'id',
    };
    const [deleted] = await this.database.write([deleteSome(this.database, rows, limit)]);
    return deleted!.affected;
  }

  async find(tenantUid: string, id: number): Promise<RecoveryRow | undefined> {
    const [row] = await this.#read(`SELECT * FROM ${this.#jobs} WHERE id = ? AND tenant_uid = ?`, [
      id,
      tenantUid,
    ]);
    return row;
  }

  /** The newest jobs of the tenant, in descending order of ids. */
  page(
    tenantUid: string,
    { httpTransportUid, beforeId, limit }: RecoveryPageRequest,
  ): Promise<RecoveryRow[]> {
    const conditions = ['tenant_uid = ?'];
    const values: unknown[] = [tenantUid];
    if (httpTransportUid !== undefined) {
      conditions.push('http_transport_uid = ?');
      values.push(httpTransportUid);
    }
    if (beforeId !== undefined) {
      conditions.push('id < ?');
      values.push(beforeId);
    }
    return this.#read(
      `SELECT * FROM ${this.#jobs} WHERE ${conditions.join(' AND ')} ORDER BY tenant_uid DESC, id DESC LIMIT ?`,
      [...values, limit],
    );
  }

  /** Cancels a job that has not ended. @returns the job as it is now; undefined: the tenant has no such job */
  async cancel(tenantUid: string, id: number): Promise<RecoveryRow | undefined> {
    const now = this.database.now();
    const [cancelled] = await this.database.write([
      statement(
        this.database,
        `UPDATE ${this.#jobs} SET ${this.#ended('CANCELLED')}, reason = NULL
          WHERE id = ? AND tenant_uid = ? AND ${ACTIVE} RETURNING *`,
        [now, now, id, tenantUid],
      ),
    ]);
    const [row] = cancelled!.rows;
    return row ? rowOf(row) : this.find(tenantUid, id);
  }

  /**
   * Claims jobs that are due, the one that is due longest first.
   *
   * @param environment of this process; '': none. If the database belongs to another one, nothing is claimed
   */
  async claim(holder: string, leaseMs: number, limit: number, environment: string): Promise<RecoveryRow[]> {
    const now = this.database.now();
    const due = `SELECT id FROM ${this.#jobs} WHERE phase IS NOT NULL AND due_at <= ? AND ${isEnvironment(this.database, '?')}
      ORDER BY due_at LIMIT ?`;
    // Read first, so that a look that finds nothing takes no write lock on SQLite.
    const values = [now, environment, limit];
    if ((await this.#query(due, values)).length === 0) return [];
    const { lockRows } = DIALECTS[this.database.kind];
    const [claimed] = await this.database.write([
      statement(
        this.database,
        `UPDATE ${this.#jobs} SET holder = ?, lease_token = lease_token + 1, due_at = ?
          WHERE id IN (${due} ${lockRows === undefined ? '' : `${lockRows} SKIP LOCKED`}) RETURNING *`,
        [holder, now + leaseMs, ...values],
      ),
    ]);
    return claimed!.rows.map(rowOf);
  }

  /** Extends the lease. @returns false: the job is not held any more */
  renew({ id, leaseToken }: HeldRecovery, leaseMs: number): Promise<boolean> {
    return this.#update(`due_at = ?`, [this.database.now() + leaseMs], id, leaseToken);
  }

  /**
   * Notes events whose deliveries the job will enqueue, and moves its cursor.
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
        ...(eventIds.length === 0 ? [] : [this.#noteItems(id, eventIds)]),
      ],
      { onlyIfFirstChanges: true },
    );
    return results.length > 0;
  }

  /**
   * Gives up a job that cannot go on now. It is `QUEUED` until it goes on.
   *
   * @param dueAt when a process should look at it again
   */
  wait({ id, leaseToken }: HeldRecovery, reason: RecoveryReason, dueAt: number): Promise<boolean> {
    return this.#update(
      `state = 'QUEUED', reason = ?, holder = NULL, due_at = ?`,
      [reason, dueAt],
      id,
      leaseToken,
    );
  }

  /** Releases the job as it is. @param dueAt when a process should claim it again */
  release({ id, leaseToken }: HeldRecovery, dueAt: number): Promise<boolean> {
    return this.#update('holder = NULL, due_at = ?', [dueAt], id, leaseToken);
  }

  /** Ends the job and releases it. @returns the job as it ended; undefined: it is not held any more */
  async end(
    { id, leaseToken }: HeldRecovery,
    state: 'DONE' | 'FAILED',
    reason: RecoveryReason | null,
  ): Promise<RecoveryRow | undefined> {
    const now = this.database.now();
    const [ended] = await this.database.write([
      statement(
        this.database,
        `UPDATE ${this.#jobs} SET ${this.#ended(state)}, reason = ? WHERE id = ? AND lease_token = ? RETURNING *`,
        [now, now, reason, id, leaseToken],
      ),
    ]);
    const [row] = ended!.rows;
    return row && rowOf(row);
  }

  /** Deletes some of the notes of a job that has ended. @returns whether there are more */
  async clean({ id, leaseToken }: HeldRecovery): Promise<boolean> {
    const [deleted] = await this.database.write([
      statement(
        this.database,
        `DELETE FROM ${this.#items} WHERE recovery_id = ? AND event_id <= (SELECT max(event_id) FROM (
           SELECT event_id FROM ${this.#items} WHERE recovery_id = ?
           ORDER BY recovery_id, event_id LIMIT ${CLEANED_AT_ONCE}) part)`,
        [id, id],
      ),
    ]);
    if (deleted!.affected === CLEANED_AT_ONCE) return true;
    await this.#update('phase = NULL, holder = NULL', [], id, leaseToken);
    return false;
  }

  #ended(state: RecoveryState): string {
    return `state = '${state}', phase = ${PHASE_AFTER_END}, holder = NULL, lease_token = lease_token + 1, finished_at = ?, due_at = ?`;
  }

  #noteItems(id: number, eventIds: readonly number[]): Statement {
    const list = JSON.stringify(eventIds);
    const insert = `INSERT INTO ${this.#items} (recovery_id, event_id)`;
    switch (this.database.kind) {
      case 'postgres':
        return statement(
          this.database,
          `${insert} SELECT ?::bigint, value::bigint FROM json_array_elements_text(?::json) ON CONFLICT DO NOTHING`,
          [id, list],
        );
      case 'sqlite':
        return statement(
          this.database,
          `${insert} SELECT ?, value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`,
          [id, list],
        );
    }
  }

  async #update(
    assignments: string,
    values: readonly unknown[],
    id: number,
    leaseToken: number,
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

  async #read(sql: string, values: readonly unknown[]): Promise<RecoveryRow[]> {
    return (await this.#query(sql, values)).map(rowOf);
  }

  #query(sql: string, values: readonly unknown[]): Promise<Row[]> {
    const { sql: text, parameters } = statement(this.database, sql, values);
    return this.database.dataSource.query<Row[]>(text, [...parameters]);
  }

  get #jobs(): string {
    return this.database.table('webhook_recovery');
  }

  get #items(): string {
    return this.database.table('webhook_recovery_item');
  }
}

type Row = Record<string, unknown>;

/** TypeORM's PostgreSQL driver returns 64-bit numbers as text. */
const rowOf = (row: Row): RecoveryRow => ({
  id: Number(row['id']),
  leaseToken: Number(row['lease_token']),
  tenantUid: row['tenant_uid'] as string,
  transportId: Number(row['transport_id']),
  httpTransportUid: row['http_transport_uid'] as string,
  kind: row['kind'] as RecoveryKind,
  since: Number(row['since_at']),
  until: Number(row['until_at']),
  statuses: JSON.parse(row['statuses'] as string) as RecoverableStatus[],
  actions: row['actions'] === null ? undefined : (JSON.parse(row['actions'] as string) as string[]),
  webhookId: numberOrNull(row['webhook_id']),
  webhookUid: row['webhook_uid'] as string | null,
  state: row['state'] as RecoveryState,
  reason: row['reason'] as RecoveryReason | null,
  phase: row['phase'] as RecoveryPhase | null,
  cursorId: Number(row['cursor_id']),
  found: Number(row['found']),
  requeued: Number(row['requeued']),
  created: Number(row['created']),
  skipped: Number(row['skipped']),
  payloadGone: Number(row['payload_gone']),
  createdAt: Number(row['created_at']),
  startedAt: numberOrNull(row['started_at']),
  finishedAt: numberOrNull(row['finished_at']),
});

const numberOrNull = (value: unknown): number | null => (value === null ? null : Number(value));
