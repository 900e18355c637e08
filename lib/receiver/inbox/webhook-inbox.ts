import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  InboxNotInTransactionError,
  InboxTableMissingError,
  InvalidInboxEntryError,
} from '../../errors/inbox.error.js';
import { classify } from '../../persistence/driver-errors.js';
import { inboxTable } from './inbox-table.js';

const LONGEST = { source: 64, id: 255 };

/** Which webhook it is. */
export interface InboxEntry {
  /** Your name of the sender: ids of two senders may be the same. 1 to 64 characters. */
  readonly source: string;
  /** The sender's id, as `@WebhookId()` has it. 1 to 255 characters. */
  readonly id: string;
}

/** The result of `once`: `isNew` is false if the webhook was processed before, and the work was not done again. */
export type InboxResult<T> =
  { readonly isNew: true; readonly value: T } | { readonly isNew: false; readonly value: undefined };

/** Remembers which webhooks were processed, so that a sender's retry does nothing. Works on PostgreSQL and SQLite. */
@Injectable()
export class WebhookInbox {
  /**
   * Does the work unless the webhook was processed before, and remembers it in the same transaction: if the transaction is
   * rolled back, the webhook is new again. Two requests with the same id at the same time wait for each other on PostgreSQL;
   * the second one then finds the first one's entry, or does the work if that was rolled back.
   *
   * Do not catch an error of the work and commit: the webhook would count as processed.
   *
   * @param manager the manager of the host's open transaction
   * @throws {InboxNotInTransactionError}
   * @throws {InvalidInboxEntryError}
   * @throws {InboxTableMissingError} on PostgreSQL the transaction must then be rolled back
   */
  async once<T>(
    manager: EntityManager,
    entry: InboxEntry,
    work: (manager: EntityManager) => T | Promise<T>,
  ): Promise<InboxResult<T>> {
    if (manager.queryRunner?.isTransactionActive !== true) throw new InboxNotInTransactionError();
    const values = [checked('source', entry.source), checked('id', entry.id), Date.now()];
    const rows = await query(
      manager,
      (table, mark) =>
        `INSERT INTO ${table} (source, webhook_id, received_at) VALUES (${mark(1)}, ${mark(2)}, ${mark(3)})
         ON CONFLICT DO NOTHING RETURNING webhook_id`,
      values,
    );
    if (rows.length === 0) return { isNew: false, value: undefined };
    return { isNew: true, value: await work(manager) };
  }

  /**
   * Forgets webhooks that were processed before a date, so that the table does not grow for ever. Keep them for longer than
   * the sender retries.
   *
   * @param manager any manager of the data source; a transaction is not needed
   * @throws {InboxTableMissingError}
   */
  async forgetBefore(manager: EntityManager, date: Date): Promise<void> {
    await query(manager, (table, mark) => `DELETE FROM ${table} WHERE received_at < ${mark(1)}`, [
      date.getTime(),
    ]);
  }
}

async function query(
  manager: EntityManager,
  sql: (table: string, mark: (position: number) => string) => string,
  values: unknown[],
): Promise<unknown[]> {
  // `connection` is there in TypeORM 0.3 and 1.x; its new name `dataSource` only in 1.x.
  const { connection } = manager;
  const table = inboxTable(connection);
  const mark = (position: number): string => (connection.options.type === 'postgres' ? `$${position}` : '?');
  try {
    return await manager.query(sql(table, mark), values);
  } catch (error) {
    throw classify(error) === 'missing-table' ? new InboxTableMissingError(table, error) : error;
  }
}

function checked(member: keyof InboxEntry, value: unknown): string {
  const most = LONGEST[member];
  // PostgreSQL cannot store NUL, and would abort the transaction.
  if (typeof value === 'string' && value !== '' && value.length <= most && !value.includes('\0'))
    return value;
  throw new InvalidInboxEntryError(
    member,
    `is ${typeof value === 'string' ? `a string of ${value.length} characters` : typeof value}: pass 1 to ${most} characters without NUL.`,
  );
}
