import { firstNumber, LAST_DELIVERY_ID } from '../migrations/create-webhook-tables.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** Numbers deliveries, across the queue and the log. Use it inside a write transaction. */
export class DeliveryNumbers {
  readonly #take: string;
  readonly #begin: string;

  constructor(private readonly database: SqliteDatabase) {
    const setting = database.table('webhook_setting');
    this.#take = `UPDATE ${setting} SET value = CAST(value AS INTEGER) + ? WHERE name = ? RETURNING CAST(value AS INTEGER) AS last`;
    this.#begin = `INSERT INTO ${setting} (name, value) VALUES (?, ?)`;
  }

  /** @returns the first of `count` successive numbers, none of which was used before */
  take(count: number): number {
    const take = this.database.prepare<{ last: number }>(this.#take);
    let row = take.get(count, LAST_DELIVERY_ID);
    if (!row) {
      // Somebody has emptied the settings. The number for the current time is greater than all numbers that were used.
      this.database.prepare(this.#begin).run(LAST_DELIVERY_ID, String(firstNumber()));
      row = take.get(count, LAST_DELIVERY_ID)!;
    }
    return row.last - count + 1;
  }
}
