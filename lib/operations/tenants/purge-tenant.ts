import { setTimeout as sleep } from 'node:timers/promises';
import { classify, isForeignKeyViolation } from '../../persistence/errors/driver-errors.js';
import { HttpTransportEntity } from '../../persistence/entities/http-transport.entity.js';
import { WebhookEntity } from '../../persistence/entities/webhook.entity.js';
import type { Database } from '../../persistence/ports/database.js';
import type { Stores } from '../../persistence/ports/stores.js';
import { RecoveryRepository } from '../../persistence/repositories/recovery.repository.js';
import { removeTransport } from '../../persistence/repositories/remove-transport.js';
import { cancelDeliveries } from '../../persistence/sql/cancel-deliveries.js';
import { deleteSome, type RowsToDelete } from '../../persistence/sql/delete-some.js';
import { ENDED_STATUSES } from '../../persistence/sql/delivery-sql.js';
import { retryOnDeadlock } from '../../persistence/sql/retry-on-deadlock.js';
import { Interrupted, PacedBatches } from '../retention/paced-batches.js';
import { DeletedRows, type TenantPurgeOptions, type TenantPurgeReport } from './purge-report.js';
import {
  LAST_TABLES,
  lastStatements,
  lateRows,
  outboxRows,
  recoveryItemRows,
  recoveryRows,
  statisticRows,
  tombstoneRows,
} from './tenant-rows.js';

/** Transports that are read at once. */
const TRANSPORTS = 100;
/** Pause before rows that another transaction has locked are tried again, in ms. */
const RETRY_MS = 50;
/** How long the purge waits, in total, for rows and transactions of others, in ms. */
const PATIENCE_MS = 60_000;
/** Maximum number of rounds. A further round follows if somebody has created a transport for the tenant meanwhile. */
const MOST_ROUNDS = 20;

/**
 * Erases a tenant: its transports, webhooks, deliveries, attempts, events, recoveries, statistics, audit entries, portal links
 * and names.
 *
 * Each step deletes what it finds, in batches that hold locks for milliseconds. So a purge that was interrupted is finished
 * by another one, and two purges do not disturb each other. Events are deleted after the deliveries. Then the purge waits for
 * the transactions that could have inserted further events, and deletes events once more. So an event is erased even if its
 * transaction was open while the purge deleted the others.
 */
export class TenantPurge {
  readonly #deleted: DeletedRows;
  readonly #batches: PacedBatches;
  #waitedMs = 0;
  #refused: unknown;

  constructor(
    private readonly database: Database,
    private readonly stores: Pick<Stores, 'retention' | 'purge'>,
    private readonly tenantUid: string,
    private readonly options: TenantPurgeOptions = {},
  ) {
    this.#deleted = new DeletedRows(options.onProgress);
    this.#batches = new PacedBatches({
      kind: database.kind,
      checkpoint: () => this.#checkpoint(),
      // Rows that were locked, and deadlocks, are tried again.
      onSkipped: (error) => {
        if (classify(error) === 'refused') this.#refused = error;
      },
    });
  }

  /** @throws errors of the database, for example if it refuses to delete a row */
  async run(): Promise<TenantPurgeReport> {
    let purgedAt = this.database.now();
    let isComplete = false;
    try {
      for (let round = 0; !isComplete && round < MOST_ROUNDS && this.#hasTime; round += 1) {
        await this.#removeTransports();
        await this.#removeLog();
        await this.#removeEvents();
        purgedAt = this.database.now();
        const hasWaited = await this.#openInsertsEnd();
        isComplete = hasWaited && (await this.#removeEvents()) && (await this.#removeNames());
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    }
    return {
      tenantUid: this.tenantUid,
      rows: this.#deleted.byTable,
      total: this.#deleted.total,
      isComplete,
      purgedAt: new Date(purgedAt).toISOString(),
    };
  }

  get #hasTime(): boolean {
    return this.#waitedMs < PATIENCE_MS;
  }

  /** @throws {Interrupted} if the purge was aborted */
  #checkpoint(): void {
    if (this.options.signal?.aborted) throw new Interrupted();
  }

  /** Waits for rows or transactions of others. Only these waits count towards `PATIENCE_MS`, not the time that deleting takes. */
  async #pause(): Promise<void> {
    const startedAt = performance.now();
    await sleep(RETRY_MS);
    this.#waitedMs += performance.now() - startedAt;
    this.#checkpoint();
  }

  /** Deletes the transports. Their pending deliveries move to the log, and processes that hold their lanes lose these lanes. */
  async #removeTransports(): Promise<void> {
    const { tenantUid, database } = this;
    const transports = database.dataSource.getRepository(HttpTransportEntity);
    const webhooks = database.dataSource.getRepository(WebhookEntity);
    let found: HttpTransportEntity[];
    do {
      found = await transports.find({ where: { tenantUid }, order: { id: 'ASC' }, take: TRANSPORTS });
      for (const transport of found) {
        this.#checkpoint();
        const subscribed = await webhooks.countBy({ tenantUid, transportId: transport.id });
        if (!(await removeTransport(database, transport, null))) continue;
        this.#deleted.add('webhook_http_transport', 1);
        this.#deleted.add('webhook_lane', 1);
        this.#deleted.add('webhook_webhook', subscribed);
      }
    } while (found.length > 0);
  }

  async #removeLog(): Promise<void> {
    const { retention } = this.stores;
    const tenantId = await retention.tenantId(this.tenantUid);
    if (tenantId === undefined) return;
    // Only a manual edit leaves pending deliveries without a transport.
    await this.database.write(
      cancelDeliveries(this.database, 'tenant_id = ? AND tenant_id > 0', [tenantId], 'TRANSPORT_DELETED'),
    );
    for (const status of ENDED_STATUSES) {
      const scope = { tenantId, status };
      await this.#untilNone(
        () => retention.oldestDeliveries(scope, 0, this.#batches.rows),
        async (ids) => {
          const removed = await retention.removeDeliveries(scope, ids, Number.MAX_SAFE_INTEGER);
          this.#deleted.add('webhook_delivery', removed.deliveries);
          this.#deleted.add('webhook_attempt', removed.attempts);
          this.#deleted.add('webhook_event', removed.events);
          return removed.tookMs;
        },
      );
    }
  }

  /** @returns false if some are left, because other transactions have locked them */
  async #removeEvents(): Promise<boolean> {
    await this.#removeSome(outboxRows(this.tenantUid));
    const { purge, retention } = this.stores;
    return this.#untilNone(
      () => purge.eventsOf(this.tenantUid, this.#batches.rows),
      async (ids) => {
        const { events, tookMs } = await retention.removeEvents(ids);
        this.#deleted.add('webhook_event', events);
        return tookMs;
      },
    );
  }

  /** @returns false if the tenant has a new transport */
  async #removeNames(): Promise<boolean> {
    const { database, tenantUid } = this;
    const tenantId = await this.stores.retention.tenantId(tenantUid);
    if (tenantId !== undefined) await this.#removeSome(statisticRows(tenantId));
    await this.#removeSome(tombstoneRows(tenantUid));
    await this.#removeRecoveries();
    for (const rows of lateRows(tenantUid)) await this.#removeSome(rows);
    const statements = lastStatements(database, tenantUid, tenantId);
    try {
      // A roll-up may write the same queue depths at the same time, so a deadlock is possible.
      const results = await retryOnDeadlock(() => database.write(statements));
      LAST_TABLES.forEach((table, index) => this.#deleted.add(table, results[index]!.affected));
      return true;
    } catch (error) {
      if (isForeignKeyViolation(error)) return false;
      throw error;
    }
  }

  /** The transports are deleted, so no further recoveries start. Processes that work on recoveries add nothing any more. */
  async #removeRecoveries(): Promise<void> {
    const { database, tenantUid } = this;
    for (const id of await new RecoveryRepository(database).endAllOf(tenantUid)) {
      await this.#removeSome(recoveryItemRows(id));
    }
    await this.#removeSome(recoveryRows(tenantUid));
  }

  /** @returns whether all transactions have ended that may have inserted events before this call */
  async #openInsertsEnd(): Promise<boolean> {
    const { purge } = this.stores;
    let open = await purge.openInserts();
    while (open.length > 0) {
      if (!this.#hasTime) return false;
      await this.#pause();
      const still = new Set(await purge.openInserts());
      open = open.filter((transaction) => still.has(transaction));
    }
    return true;
  }

  async #removeSome(rows: RowsToDelete): Promise<void> {
    let removed: number;
    do {
      removed = await this.#batches.read(async () => {
        const [result] = await this.database.write([deleteSome(this.database, rows, this.#batches.rows)]);
        return result!.affected;
      });
      this.#deleted.add(rows.table, removed);
    } while (removed > 0);
  }

  /** Reads and deletes until nothing is found. @returns false if it gave up */
  async #untilNone<Row extends { readonly id: number; readonly bytes: number }>(
    read: () => Promise<readonly Row[]>,
    remove: (ids: number[]) => Promise<number>,
  ): Promise<boolean> {
    let last: number | undefined;
    for (;;) {
      const rows = await read();
      if (rows.length === 0) return true;
      if (this.#refused !== undefined) throw this.#refused as Error;
      // Rows that another transaction has locked are still there.
      if (rows[0]!.id === last) {
        if (!this.#hasTime) return false;
        await this.#pause();
      }
      last = rows[0]!.id;
      await this.#batches.write(rows, (batch) => remove(batch.map(({ id }) => id)));
    }
  }
}
