import { Inject, Injectable } from '@nestjs/common';
import type { RecoveryCriteria } from '../../domain/recovery.js';
import { RecoveryActiveError } from '../../errors/admin.errors.js';
import { WebhookEntity } from '../entities/webhook.entity.js';
import { isUniqueViolation } from '../errors/driver-errors.js';
import { DATABASE, type Database } from '../ports/database.js';
import type { RecoveredTransport, RecoveryPageRequest, RecoveryRow } from '../ports/recovery-job.js';
import { deleteSome } from '../sql/delete-some.js';
import { auditRecoveryCancel, auditRecoveryStart } from '../sql/recovery-audit.js';
import { recoveryJobOf, type RecoveryJobRow } from '../sql/recovery-job-rows.js';
import { ACTIVE_RECOVERY, endRecovery, insertRecovery } from '../sql/recovery-statements.js';
import { tenantIdOf } from '../sql/retention-sql.js';
import { statement } from '../sql/statement.js';

/**
 * Recoveries and replays (jobs), for code that starts, lists, cancels and deletes them. The process that works on a job uses
 * `HeldRecoveryRepository`.
 */
@Injectable()
export class RecoveryRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** The tenant's number; undefined: it has none, because it never had a transport, or was erased. */
  tenantId(tenantUid: string): Promise<number | undefined> {
    return tenantIdOf(this.database, tenantUid);
  }

  /** The webhooks of a transport. */
  webhooksOf(transportId: number): Promise<WebhookEntity[]> {
    return this.database.dataSource.getRepository(WebhookEntity).findBy({ transportId });
  }

  /**
   * @param actor who starts the job, for the audit; null: unknown
   * @returns undefined if the transport was deleted after it was read
   * @throws {RecoveryActiveError} if the transport has a job that has not ended
   */
  async insert(
    transport: RecoveredTransport,
    criteria: RecoveryCriteria,
    actor: string | null,
  ): Promise<RecoveryRow | undefined> {
    try {
      const [inserted] = await this.database.write(
        [
          insertRecovery(this.database, transport, criteria),
          auditRecoveryStart(this.database, transport.id, criteria, actor),
        ],
        { onlyIfFirstChanges: true },
      );
      return inserted && recoveryJobOf(inserted.rows[0]!);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new RecoveryActiveError(transport.httpTransportUid, { cause: error });
    }
  }

  async find(tenantUid: string, id: number): Promise<RecoveryRow | undefined> {
    const [row] = await this.#read(`SELECT * FROM ${this.#jobs} WHERE id = ? AND tenant_uid = ?`, [
      id,
      tenantUid,
    ]);
    return row && recoveryJobOf(row);
  }

  /** The newest jobs of the tenant, in descending order of ids. */
  async page(
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
    const rows = await this.#read(
      `SELECT * FROM ${this.#jobs} WHERE ${conditions.join(' AND ')} ORDER BY tenant_uid DESC, id DESC LIMIT ?`,
      [...values, limit],
    );
    return rows.map(recoveryJobOf);
  }

  /**
   * Cancels a job that has not ended. Its holder changes nothing afterwards, because the fencing token rises.
   *
   * @param actor who cancels it, for the audit; null: unknown
   * @returns the job as it is now; undefined: the tenant has no such job
   */
  async cancel(tenantUid: string, id: number, actor: string | null): Promise<RecoveryRow | undefined> {
    const now = this.database.now();
    const update = statement(
      this.database,
      `UPDATE ${this.#jobs} SET ${endRecovery('CANCELLED')}, reason = NULL
        WHERE id = ? AND tenant_uid = ? AND ${ACTIVE_RECOVERY} RETURNING *`,
      [now, now, id, tenantUid],
    );
    const [cancelled] = await this.database.write([update, auditRecoveryCancel(this.database, id, actor)], {
      onlyIfFirstChanges: true,
    });
    return cancelled ? recoveryJobOf(cancelled.rows[0]!) : this.find(tenantUid, id);
  }

  /**
   * Ends all jobs of a tenant. Call it after the tenant's transports were deleted, so that no new job can start. Afterwards,
   * no process adds items to the jobs.
   *
   * @returns the ids of all jobs of the tenant
   */
  async endAllOf(tenantUid: string): Promise<number[]> {
    const now = this.database.now();
    await this.database.write([
      statement(
        this.database,
        `UPDATE ${this.#jobs} SET ${endRecovery('FAILED')}, reason = 'TRANSPORT_DELETED'
          WHERE tenant_uid = ? AND ${ACTIVE_RECOVERY}`,
        [now, now, tenantUid],
      ),
    ]);
    const rows = await this.#read(`SELECT id FROM ${this.#jobs} WHERE tenant_uid = ? ORDER BY id`, [
      tenantUid,
    ]);
    return rows.map((row) => Number(row['id']));
  }

  /** Deletes jobs that ended before an instant, the oldest first. @returns how many were deleted */
  async deleteEndedBefore(instant: number, limit: number): Promise<number> {
    const rows = {
      table: 'webhook_recovery',
      key: 'id',
      condition: 'phase IS NULL AND finished_at < ?',
      parameters: [instant],
      order: 'finished_at',
    };
    const [deleted] = await this.database.write([deleteSome(this.database, rows, limit)]);
    return deleted!.affected;
  }

  #read(sql: string, values: readonly unknown[]): Promise<RecoveryJobRow[]> {
    const { sql: text, parameters } = statement(this.database, sql, values);
    return this.database.dataSource.query<RecoveryJobRow[]>(text, [...parameters]);
  }

  get #jobs(): string {
    return this.database.table('webhook_recovery');
  }
}
