import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { TenantPurgeOptions, TenantPurgeReport } from '../../operations/tenants/purge-report.js';
import { TenantPurge } from '../../operations/tenants/purge-tenant.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import { STORES, type Stores } from '../../persistence/ports/stores.js';
import { apiErrorOf } from '../api-error-of.js';
import { TenantExportService } from '../tenant-export/tenant-export.service.js';
import { checkedUid, withApiErrors } from './checked-input.js';

/** Operations on a whole tenant, from code. You decide who may call them. They throw `ApiError`, as `HttpTransports` does. */
@Injectable()
export class WebhookTenants {
  constructor(
    private readonly exports: TenantExportService,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORES) private readonly stores: Stores,
  ) {}

  /**
   * Erases a tenant for good: its HTTP transports, webhooks, deliveries, attempts, events, recoveries, statistics, audit
   * entries and portal links. It works in small batches, so that other tenants are not delayed. Its duration depends on the
   * number of rows: about a minute for 300,000 deliveries.
   *
   * Events that are emitted meanwhile are erased, too. The purge waits up to a minute for transactions that have emitted but
   * not committed. If it is interrupted, call it again: it continues with the rows that are left.
   *
   * Stop emitting for the tenant first. Events that are emitted after the purge belong to a new tenant with this uid.
   *
   * @param options `onProgress`: called after each batch with the number of deleted rows so far; `signal`: aborting it ends the
   *   purge after the current batch, with `isComplete: false`
   */
  purge(tenantUid: string, options: TenantPurgeOptions = {}): Promise<TenantPurgeReport> {
    return withApiErrors(() =>
      new TenantPurge(this.database, this.stores, checkedUid('tenantUid', tenantUid), options).run(),
    );
  }

  /**
   * Exports a tenant as NDJSON: its HTTP transports and webhooks, and its deliveries with events and attempts, newest first.
   * Each line is a JSON object with a `type`: `export`, `httpTransport`, `webhook`, `delivery`, and in the last line `end`
   * with the counts. If the line `end` is missing, the export is incomplete. Secrets are masked.
   *
   * @returns a stream of text that reads the database only as fast as it is consumed, in constant memory
   * @throws {ApiError} `VALIDATION_FAILED`. Later errors, of the database, are emitted by the stream.
   */
  export(tenantUid: string): Readable {
    return Readable.from(this.#lines(checkedUid('tenantUid', tenantUid)), { objectMode: false });
  }

  async *#lines(tenantUid: string): AsyncGenerator<string> {
    try {
      for await (const line of this.exports.lines(tenantUid)) yield `${JSON.stringify(line)}\n`;
    } catch (error) {
      throw apiErrorOf(error);
    }
  }
}
