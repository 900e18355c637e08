import { Inject, Injectable } from '@nestjs/common';
import { IsNull, Not, type QueryDeepPartialEntity } from 'typeorm';
import type { NotificationEvent } from '../../domain/notification-event.js';
import type { TransportState } from '../../domain/transport-state.js';
import { originOf } from '../../domain/origin.js';
import { overlapNoticeAt } from '../../domain/overlap-notice.js';
import { QuotaExceededError, UidTakenError } from '../../errors/admin.errors.js';
import { isUniqueViolation } from '../errors/driver-errors.js';
import { DATABASE, type Database, type Statement } from '../ports/database.js';
import { HttpTransportEntity, type TransportSettings } from '../entities/http-transport.entity.js';
import type { Audited } from '../../domain/audit.js';
import { audit } from '../sql/audit-sql.js';
import { writeWithEvent } from '../sql/notification-event-sql.js';
import { quotaWrite, assertBelowQuota, type Quota } from '../sql/quota.js';
import { encryptedWith } from '../../secrets/encrypted-with.js';
import { built, statement } from '../sql/statement.js';
import { pageOf, type Page, type PageRequest } from './page.js';
import { removeTransport } from './remove-transport.js';

const TABLE = 'webhook_http_transport';
const RESOURCE = 'HTTP transport';

/** The columns that the caller of an update may set. */
export type TransportChange = TransportSettings & Pick<HttpTransportEntity, 'signingSecrets'>;
export type NewHttpTransport = TransportSettings &
  Pick<HttpTransportEntity, 'httpTransportUid' | 'signingSecrets'>;
/** A transport without its id, which only the database's own rows refer to. */
export type HttpTransportRow = Omit<HttpTransportEntity, 'id'>;

/** The column of each sort key. */
const SORT_COLUMNS = {
  httpTransportUid: 'transport.httpTransportUid',
  name: 'transport.name',
  url: 'transport.url',
  securityType: 'transport.securityType',
  state: 'transport.state',
  createdAt: 'transport.createdAt',
  lastModifiedAt: 'transport.lastModifiedAt',
} as const;
export type HttpTransportSortKey = keyof typeof SORT_COLUMNS;
export const HTTP_TRANSPORT_SORT_KEYS = Object.keys(SORT_COLUMNS) as HttpTransportSortKey[];

/** Criteria of a list of transports; an undefined criterion matches all. */
export interface HttpTransportFilter {
  readonly state?: TransportState | undefined;
  /** True: only active transports whose last attempts failed. */
  readonly failing?: boolean | undefined;
  /** Text that the uid, the name or the URL contains. The search ignores the case of the letters A to Z. */
  readonly search?: string | undefined;
}

/** The HTTP transports of a tenant. Every call takes the tenant first and reaches no other tenant's rows. */
@Injectable()
export class HttpTransportRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  find(tenantUid: string, httpTransportUid: string): Promise<HttpTransportEntity | null> {
    return this.#repository.findOneBy({ tenantUid, httpTransportUid });
  }

  async page(
    tenantUid: string,
    { state, failing, search, ...request }: PageRequest<HttpTransportSortKey> & HttpTransportFilter,
  ): Promise<Page<HttpTransportEntity>> {
    const query = this.#repository.createQueryBuilder('transport').where({ tenantUid });
    if (state !== undefined) query.andWhere({ state });
    if (failing === true) query.andWhere({ state: 'ACTIVE', failingSince: Not(IsNull()) });
    if (search !== undefined) {
      const text = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
      // Both sides are lowered by the database: SQLite lowers only the letters A to Z.
      const columns = ['httpTransportUid', 'name', 'url'];
      const matches = columns.map((column) => `LOWER(transport.${column}) LIKE LOWER(:text) ESCAPE '\\'`);
      query.andWhere(`(${matches.join(' OR ')})`, { text });
    }
    const [items, totalCount] = await pageOf(query, SORT_COLUMNS, request).getManyAndCount();
    return { items, totalCount };
  }

  /**
   * Writes the transport and its lane.
   *
   * @param audited its entry in the audit
   * @throws {UidTakenError} also if a concurrent request has taken the uid
   * @throws {QuotaExceededError}
   */
  async insert(
    tenantUid: string,
    transport: NewHttpTransport,
    quota: Quota,
    audited: Audited,
  ): Promise<HttpTransportRow> {
    const now = this.database.now();
    const row: HttpTransportRow = {
      ...transport,
      tenantUid,
      origin: originOf(transport.url),
      encryptedWith: encryptedWith(transport),
      state: 'ACTIVE',
      disabledReason: null,
      failingSince: null,
      disabledAt: null,
      failingWarned: 0,
      overlapNoticeAt: null,
      version: 1,
      createdAt: now,
      lastModifiedAt: now,
    };
    const { httpTransportUid } = transport;
    const insert = this.#repository.createQueryBuilder().insert().values(writable(row));
    try {
      const written = await this.database.write(
        [
          assertBelowQuota(this.database, TABLE, tenantUid, quota),
          this.#numberTenant(tenantUid),
          built(insert),
          this.#insertLane(tenantUid, httpTransportUid),
          audit(this.database, resourceOf(row), audited),
        ],
        quotaWrite(TABLE, tenantUid),
      );
      if (written.length > 0) return row;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new UidTakenError(RESOURCE, httpTransportUid, { cause: error });
    }
    // If a client repeats a successful creation, it must learn that the uid is taken, even if the quota is now reached.
    if (await this.find(tenantUid, httpTransportUid)) throw new UidTakenError(RESOURCE, httpTransportUid);
    throw new QuotaExceededError(RESOURCE, quota.limit, quota.value);
  }

  /**
   * Changes the given settings of the transport if it is still as it was read.
   *
   * @param audited its entry in the audit
   * @param event event that reports the change to the tenant; undefined: none
   * @returns the changed transport; undefined if it was changed or deleted after it was read: then read it again
   */
  async update(
    tenantUid: string,
    read: HttpTransportEntity,
    settings: Partial<TransportChange>,
    audited: Audited,
    event?: NotificationEvent,
  ): Promise<HttpTransportRow | undefined> {
    const now = this.database.now();
    const changed = {
      ...settings,
      ...(settings.signingSecrets && { overlapNoticeAt: overlapNoticeAt(settings.signingSecrets, now) }),
      origin: originOf(settings.url ?? read.url),
      encryptedWith: encryptedWith({ ...read, ...settings }),
      version: read.version + 1,
      lastModifiedAt: now,
    };
    const update = this.#repository
      .createQueryBuilder()
      .update()
      .set(writable(changed))
      .where({ tenantUid, id: read.id, version: read.version });
    const options = { onlyIfFirstChanges: true };
    const statements = (reported: readonly Statement[]): readonly Statement[] => [
      built(update),
      audit(this.database, resourceOf(read), audited),
      ...reported,
    ];
    const results = event
      ? await writeWithEvent(this.database, event, statements, options)
      : await this.database.write(statements([]), options);
    return results.length === 0 ? undefined : { ...read, ...changed };
  }

  /**
   * Deletes the transport, its webhooks and its lane, and cancels its pending deliveries.
   *
   * @param actor who deletes it; null: unknown
   * @returns false if the tenant has no such transport
   */
  async remove(tenantUid: string, httpTransportUid: string, actor: string | null): Promise<boolean> {
    const transport = await this.find(tenantUid, httpTransportUid);
    return transport !== null && removeTransport(this.database, transport, actor);
  }

  /** Assigns a number to the tenant with its first transport. */
  #numberTenant(tenantUid: string): Statement {
    return statement(
      this.database,
      `INSERT INTO ${this.database.table('webhook_tenant')} (tenant_uid) VALUES (?) ON CONFLICT (tenant_uid) DO NOTHING`,
      [tenantUid],
    );
  }

  #insertLane(tenantUid: string, httpTransportUid: string): Statement {
    return statement(
      this.database,
      `INSERT INTO ${this.database.table('webhook_lane')} (transport_id, tenant_uid)
       SELECT id, tenant_uid FROM ${this.database.table('webhook_http_transport')}
        WHERE tenant_uid = ? AND http_transport_uid = ?`,
      [tenantUid, httpTransportUid],
    );
  }

  get #repository() {
    return this.database.dataSource.getRepository(HttpTransportEntity);
  }
}

const resourceOf = ({ tenantUid, httpTransportUid }: HttpTransportRow) => ({
  tenantUid,
  httpTransportUid,
  webhookUid: null,
});

/** TypeORM's type for written rows does not support columns that contain JSON; at run time it accepts the entity's own shape. */
const writable = (row: Partial<HttpTransportEntity>): QueryDeepPartialEntity<HttpTransportEntity> => row;
