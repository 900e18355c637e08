import { Inject, Injectable } from '@nestjs/common';
import { TENANT_RESOURCE, type AuditChange, type AuditKind } from '../../domain/audit.js';
import { DATABASE, type Database, type Statement } from '../ports/database.js';
import { audit } from '../sql/audit-sql.js';
import { DIALECTS } from '../sql/dialect.js';
import { statement } from '../sql/statement.js';

/** A link that opens the portal, without its secrets. */
export interface PortalLink {
  readonly linkUid: string;
  readonly tenantUid: string;
  /** Who created it, as in the audit; null: unknown. */
  readonly createdBy: string | null;
  readonly readOnly: boolean;
  /** ms since the epoch */
  readonly createdAt: number;
  /** When the link and its session expire, ms since the epoch. */
  readonly expiresAt: number;
  /** When it was opened; null: not yet. */
  readonly openedAt: number | null;
  /** When it was revoked; null: it was not. */
  readonly revokedAt: number | null;
}

type LinkRow = Record<string, string | number | boolean | null>;

const COLUMNS = 'link_uid, tenant_uid, created_by, read_only, created_at, expires_at, opened_at, revoked_at';

/**
 * Links that open the portal. The code in a link can be used once; the token identifies the session that it has opened. Only
 * the hashes of codes and tokens are stored and compared.
 */
@Injectable()
export class PortalLinkRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /**
   * Writes a link with its entry in the audit, and deletes links of the tenant that expired before `forgetBefore` (ms since the
   * epoch).
   */
  async insert(
    link: Omit<PortalLink, 'openedAt' | 'revokedAt'>,
    codeHash: string,
    forgetBefore: number,
  ): Promise<void> {
    const { linkUid, tenantUid, createdBy, readOnly, createdAt, expiresAt } = link;
    const { booleanParameter } = DIALECTS[this.database.kind];
    await this.database.write([
      this.#statement(
        `DELETE FROM ${this.#table} WHERE tenant_uid = ? AND created_at < ? AND expires_at < ?`,
        [tenantUid, forgetBefore, forgetBefore],
      ),
      this.#statement(
        `INSERT INTO ${this.#table} (link_uid, tenant_uid, created_by, read_only, code_hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        [linkUid, tenantUid, createdBy, booleanParameter(readOnly), codeHash, createdAt, expiresAt],
      ),
      this.#audit(tenantUid, 'PORTAL_LINK_CREATED', createdBy, [
        { field: 'portalLinkUid', from: null, to: linkUid },
        { field: 'readOnly', from: null, to: readOnly },
        { field: 'expiresAt', from: null, to: new Date(expiresAt).toISOString() },
      ]),
    ]);
  }

  /**
   * Opens a link: of several requests with the same code, one succeeds.
   *
   * @returns undefined if the link does not exist, or is not valid any more
   */
  async open(
    linkUid: string,
    codeHash: string,
    tokenHash: string,
    now: number,
  ): Promise<PortalLink | undefined> {
    const [result] = await this.database.write([
      this.#statement(
        `UPDATE ${this.#table} SET opened_at = ?, token_hash = ? WHERE link_uid = ? AND code_hash = ? AND opened_at IS NULL AND revoked_at IS NULL AND expires_at > ? RETURNING ${COLUMNS}`,
        [now, tokenHash, linkUid, codeHash, now],
      ),
    ]);
    return linksOf(result!.rows as LinkRow[])[0];
  }

  /** The link of a session's token; undefined if there is none, or it is not valid any more. */
  async findByToken(tokenHash: string, now: number): Promise<PortalLink | undefined> {
    const rows = await this.#query(
      `SELECT ${COLUMNS} FROM ${this.#table} WHERE token_hash = ? AND revoked_at IS NULL AND expires_at > ?`,
      [tokenHash, now],
    );
    return linksOf(rows)[0];
  }

  /** The links of a tenant, newest first. */
  async newest(tenantUid: string, limit: number): Promise<PortalLink[]> {
    return linksOf(
      await this.#query(
        `SELECT ${COLUMNS} FROM ${this.#table} WHERE tenant_uid = ? ORDER BY created_at DESC, link_uid DESC LIMIT ?`,
        [tenantUid, limit],
      ),
    );
  }

  /**
   * Ends a link and its session. If the link was revoked before, nothing changes, and the audit gets no entry.
   *
   * @param actor who revokes it, for the audit; null: unknown
   * @returns whether the tenant has this link
   */
  async revoke(tenantUid: string, linkUid: string, actor: string | null, now: number): Promise<boolean> {
    const results = await this.database.write(
      [
        this.#statement(
          `UPDATE ${this.#table} SET revoked_at = ? WHERE tenant_uid = ? AND link_uid = ? AND revoked_at IS NULL`,
          [now, tenantUid, linkUid],
        ),
        this.#audit(tenantUid, 'PORTAL_LINK_REVOKED', actor, [
          { field: 'portalLinkUid', from: linkUid, to: null },
        ]),
      ],
      { onlyIfFirstChanges: true },
    );
    return results.length > 0 || (await this.#exists(tenantUid, linkUid));
  }

  async #exists(tenantUid: string, linkUid: string): Promise<boolean> {
    const rows = await this.#query(`SELECT 1 FROM ${this.#table} WHERE tenant_uid = ? AND link_uid = ?`, [
      tenantUid,
      linkUid,
    ]);
    return rows.length > 0;
  }

  /** The entry of a change. The code of a link is not known here, so no entry can contain it. */
  #audit(
    tenantUid: string,
    kind: AuditKind,
    actor: string | null,
    changes: readonly AuditChange[],
  ): Statement {
    return audit(this.database, { tenantUid, ...TENANT_RESOURCE }, { kind, actor, changes });
  }

  get #table(): string {
    return this.database.table('webhook_portal_link');
  }

  #statement(sql: string, parameters: readonly unknown[]): Statement {
    return statement(this.database, sql, parameters);
  }

  #query(sql: string, parameters: readonly unknown[]): Promise<LinkRow[]> {
    const { sql: text, parameters: values } = this.#statement(sql, parameters);
    return this.database.dataSource.query<LinkRow[]>(text, [...values]);
  }
}

const linksOf = (rows: readonly LinkRow[]): PortalLink[] =>
  rows.map((row) => ({
    linkUid: row['link_uid'] as string,
    tenantUid: row['tenant_uid'] as string,
    createdBy: row['created_by'] as string | null,
    readOnly: Boolean(row['read_only']),
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
    openedAt: numberOrNull(row['opened_at']),
    revokedAt: numberOrNull(row['revoked_at']),
  }));

const numberOrNull = (value: LinkRow[string] | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);
