import { Inject, Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import type { Audited } from '../../domain/audit.js';
import { QuotaExceededError, UidTakenError } from '../../errors/admin.errors.js';
import { isForeignKeyViolation, isUniqueViolation } from '../errors/driver-errors.js';
import { DATABASE, type Database, type Statement } from '../ports/database.js';
import { HttpTransportEntity } from '../entities/http-transport.entity.js';
import { WebhookEntity, type WebhookSettings } from '../entities/webhook.entity.js';
import { quotaWrite, assertBelowQuota, type Quota } from '../sql/quota.js';
import { audit, auditWebhookChange, auditWebhookDeletions } from '../sql/audit-sql.js';
import { DIALECTS } from '../sql/dialect.js';
import { built, statement } from '../sql/statement.js';
import { buryWebhook } from '../sql/tombstones.js';
import { pageOf, type Page, type PageRequest } from './page.js';

const TABLE = 'webhook_webhook';
const RESOURCE = 'webhook';

/** A webhook with the uid of its transport. */
export type WebhookRow = WebhookEntity & { httpTransportUid: string };
/** A webhook without its id. */
export type NewWebhookRow = Omit<WebhookRow, 'id'>;

/** The column of each sort key. */
const SORT_COLUMNS = {
  webhookUid: 'webhook.webhookUid',
  httpTransportUid: 'transport.httpTransportUid',
  action: 'webhook.action',
  enabled: 'webhook.enabled',
  ordered: 'webhook.ordered',
  createdAt: 'webhook.createdAt',
  lastModifiedAt: 'webhook.lastModifiedAt',
} as const;
export type WebhookSortKey = keyof typeof SORT_COLUMNS;
export const WEBHOOK_SORT_KEYS = Object.keys(SORT_COLUMNS) as WebhookSortKey[];

/** The webhooks of a tenant. Every call takes the tenant first and reaches no other tenant's rows. */
@Injectable()
export class WebhookRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async find(
    tenantUid: string,
    httpTransportUid: string,
    webhookUid: string,
  ): Promise<WebhookRow | undefined> {
    const query = this.#select(tenantUid).andWhere({ webhookUid });
    const [row] = await rowsOf(restrictTo(query, httpTransportUid));
    return row;
  }

  /** @param httpTransportUid only webhooks of this transport; undefined: of all transports */
  async page(
    tenantUid: string,
    httpTransportUid: string | undefined,
    request: PageRequest<WebhookSortKey>,
  ): Promise<Page<WebhookRow>> {
    const query = restrictTo(this.#select(tenantUid), httpTransportUid);
    const totalCount = await query.getCount();
    return { items: await rowsOf(pageOf(query, SORT_COLUMNS, request)), totalCount };
  }

  /**
   * @param transport as read before; the statement checks that it still exists
   * @param audited its entry in the audit
   * @returns undefined if the transport was deleted meanwhile
   * @throws {UidTakenError} also if a concurrent request has taken the uid
   * @throws {QuotaExceededError}
   */
  async insert(
    tenantUid: string,
    transport: HttpTransportEntity,
    webhook: WebhookSettings & { webhookUid: string },
    quota: Quota,
    audited: Audited,
  ): Promise<NewWebhookRow | undefined> {
    const now = this.database.now();
    const row = { ...webhook, tenantUid, transportId: transport.id, createdAt: now, lastModifiedAt: now };
    const insert = this.#repository.createQueryBuilder().insert().values(row);
    const { webhookUid } = webhook;
    const resource = { tenantUid, httpTransportUid: transport.httpTransportUid, webhookUid };
    try {
      const written = await this.database.write(
        [
          assertBelowQuota(this.database, TABLE, tenantUid, quota),
          built(insert),
          audit(this.database, resource, audited),
        ],
        quotaWrite(TABLE, tenantUid),
      );
      if (written.length > 0) return { ...row, httpTransportUid: transport.httpTransportUid };
    } catch (error) {
      if (isForeignKeyViolation(error)) return undefined;
      if (!isUniqueViolation(error)) throw error;
      throw new UidTakenError(RESOURCE, webhookUid, { cause: error });
    }
    if (await this.#repository.existsBy({ tenantUid, webhookUid })) {
      throw new UidTakenError(RESOURCE, webhookUid);
    }
    throw new QuotaExceededError(RESOURCE, quota.limit, quota.value);
  }

  /**
   * Changes only the given settings, so that two concurrent updates of different settings are both kept.
   *
   * @param settings at least one
   * @param actor who changes it, for the audit; null: unknown
   * @returns false if the webhook was deleted meanwhile
   */
  async update(
    tenantUid: string,
    webhookId: number,
    settings: Partial<WebhookSettings>,
    actor: string | null,
  ): Promise<boolean> {
    const update = this.#repository
      .createQueryBuilder()
      .update()
      .set({ ...settings, lastModifiedAt: this.database.now() })
      .where({ tenantUid, id: webhookId });
    const results = await this.database.write(
      [
        this.#lock(tenantUid, webhookId),
        auditWebhookChange(this.database, webhookId, settings, actor),
        built(update),
      ],
      { onlyIfFirstChanges: true },
    );
    return results.length > 0;
  }

  /**
   * @param actor who deletes it, for the audit; null: unknown
   * @returns false if the webhook was deleted meanwhile
   */
  async remove(tenantUid: string, webhookId: number, actor: string | null): Promise<boolean> {
    const remove = this.#repository.createQueryBuilder().delete().where({ tenantUid, id: webhookId });
    const results = await this.database.write(
      // The tombstone comes first: of concurrent requests, only the one that adds it deletes the webhook.
      [
        buryWebhook(this.database, webhookId),
        auditWebhookDeletions(this.database, 'id', webhookId, actor),
        built(remove),
      ],
      { onlyIfFirstChanges: true },
    );
    return results.length > 0;
  }

  /** Returns a row if the webhook exists. It then stays as it is until the end of the transaction. */
  #lock(tenantUid: string, webhookId: number): Statement {
    const { lockRows = '' } = DIALECTS[this.database.kind];
    return statement(
      this.database,
      `SELECT 1 FROM ${this.database.table(TABLE)} WHERE tenant_uid = ? AND id = ? ${lockRows}`,
      [tenantUid, webhookId],
    );
  }

  #select(tenantUid: string): SelectQueryBuilder<WebhookEntity> {
    return this.#repository
      .createQueryBuilder('webhook')
      .innerJoin(HttpTransportEntity, 'transport', 'transport.id = webhook.transportId')
      .addSelect('transport.httpTransportUid', 'http_transport_uid')
      .where({ tenantUid });
  }

  get #repository() {
    return this.database.dataSource.getRepository(WebhookEntity);
  }
}

const restrictTo = (
  query: SelectQueryBuilder<WebhookEntity>,
  httpTransportUid: string | undefined,
): SelectQueryBuilder<WebhookEntity> =>
  httpTransportUid === undefined
    ? query
    : query.andWhere('transport.httpTransportUid = :httpTransportUid', { httpTransportUid });

async function rowsOf(query: SelectQueryBuilder<WebhookEntity>): Promise<WebhookRow[]> {
  const { entities, raw } = await query.getRawAndEntities<{ http_transport_uid: string }>();
  return entities.map((webhook, index) => ({ ...webhook, httpTransportUid: raw[index]!.http_transport_uid }));
}
