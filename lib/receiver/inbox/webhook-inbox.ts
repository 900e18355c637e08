import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  InboxNotInTransactionError,
  InboxTableMissingError,
  InvalidInboxEntryError,
} from '../../errors/receiver.errors.js';
import { classify } from '../../persistence/errors/driver-errors.js';
import { inboxTable } from './inbox-table.js';

const LONGEST = { source: 64, id: 255 };

/** Identifies a received webhook. */
export interface InboxEntry {
  /** Your name for the sender, because two senders may use the same id. 1 to 64 characters. */
  readonly source: string;
  /** The id that the sender gave to the webhook, as `@WebhookId()` returns it. 1 to 255 characters. */
  readonly id: string;
}

/** The result of `once`. If the webhook was processed before, `isNew` is false, and the work was not done again. */
export type InboxResult<T> =
  { readonly isNew: true; readonly value: T } | { readonly isNew: false; readonly value: undefined };

/** Stores which webhooks were processed, so that a sender's retry has no effect. Works on PostgreSQL and SQLite. */
@Injectable()
export class WebhookInbox {
  /**
   * Does the work unless the webhook was processed before, and stores the webhook in the same transaction. If the
   * transaction is rolled back, the webhook is new again. On PostgreSQL, the second of two concurrent requests with the
   * same id waits for the first. It then finds the entry of the first, or does the work if the first was rolled back.
   *
   * Do not catch an error of the work and then commit: the webhook would count as processed.
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
   * Deletes webhooks that were processed before a date, so that the table does not grow forever. Keep them for longer than
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
  // TypeORM 0.3 and 1.x both have `connection`; the new name `dataSource` exists only in 1.x.
  const { connection } = manager;
  const table = inboxTable(connection);
  const mark = (position: number): string => connection.driver.createParameter('', position - 1);
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
