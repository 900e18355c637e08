import { Inject, Injectable } from '@nestjs/common';
import type { NotificationEvent } from '../../domain/notification-event.js';
import type { StoredSigningSecret } from '../../domain/stored-secrets.js';
import { DATABASE, type Database, type Statement } from '../ports/database.js';
import { DIALECTS } from '../sql/dialect.js';
import { insertNotificationEvent, writeWithEvent } from '../sql/notification-event-sql.js';
import { statement } from '../sql/statement.js';

/** A transport whose overlap of secrets ends soon. */
export interface EndingOverlap {
  readonly id: number;
  readonly tenantUid: string;
  readonly httpTransportUid: string;
  /** Since when the notification is due, ms since the epoch. */
  readonly noticeAt: number;
  /** Null: the column is damaged. */
  readonly signingSecrets: readonly StoredSigningSecret[] | null;
}

interface OverlapRow {
  id: number | string;
  tenant_uid: string;
  http_transport_uid: string;
  overlap_notice_at: number | string;
  signing_secrets: string;
}

/** Stores the events of two kinds of notifications: a quota is nearly reached, and the overlap of a rotation ends. */
@Injectable()
export class NotificationRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Stores an event if its tenant has a webhook for it and does not have the event yet. */
  async insert(event: NotificationEvent): Promise<void> {
    await this.database.write([insertNotificationEvent(this.database, event)]);
  }

  /**
   * The transports for which the notification about the end of an overlap is due, the longest overdue first.
   *
   * @param now ms since the epoch
   * @param after reading continues after this transport; undefined: from the first one
   */
  async endingOverlaps(
    now: number,
    limit: number,
    after?: Pick<EndingOverlap, 'noticeAt' | 'id'>,
  ): Promise<EndingOverlap[]> {
    const { sql, parameters } = statement(
      this.database,
      `SELECT id, tenant_uid, http_transport_uid, overlap_notice_at, signing_secrets FROM ${this.#transport}
       WHERE overlap_notice_at IS NOT NULL AND overlap_notice_at <= ? AND (overlap_notice_at, id) > (?, ?)
       ORDER BY overlap_notice_at, id LIMIT ${limit}`,
      [now, after?.noticeAt ?? -1, after?.id ?? -1],
    );
    const rows = await this.database.dataSource.query<OverlapRow[]>(sql, [...parameters]);
    return rows.map(overlapOf);
  }

  /**
   * Marks the notification as no longer due, and stores its event, in one transaction.
   *
   * @param event null: the notification cannot be published
   * @returns whether this call has done it: false if another process has, if the secret was rotated again, or if another
   *   transaction has locked the transport
   */
  async endOverlapNotice({ id, noticeAt }: EndingOverlap, event: NotificationEvent | null): Promise<boolean> {
    const { lockRows } = DIALECTS[this.database.kind];
    const end = statement(
      this.database,
      `UPDATE ${this.#transport} SET overlap_notice_at = NULL WHERE id = (
         SELECT id FROM ${this.#transport} WHERE id = ? AND overlap_notice_at = ? ${lockRows ? `${lockRows} SKIP LOCKED` : ''})`,
      [id, noticeAt],
    );
    const statements = (stored: readonly Statement[]): readonly Statement[] => [end, ...stored];
    const options = { onlyIfFirstChanges: true };
    const results = event
      ? await writeWithEvent(this.database, event, statements, options)
      : await this.database.write([end], options);
    return results.length > 0;
  }

  get #transport(): string {
    return this.database.table('webhook_http_transport');
  }
}

function overlapOf(row: OverlapRow): EndingOverlap {
  return {
    id: Number(row.id),
    tenantUid: row.tenant_uid,
    httpTransportUid: row.http_transport_uid,
    noticeAt: Number(row.overlap_notice_at),
    signingSecrets: secretsOf(row.signing_secrets),
  };
}

/** One statement reads many transports, so a damaged one must not make the whole result unreadable. */
function secretsOf(text: string): StoredSigningSecret[] | null {
  try {
    return JSON.parse(text) as StoredSigningSecret[];
  } catch {
    return null;
  }
}
