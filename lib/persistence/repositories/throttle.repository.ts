import { Inject, Injectable } from '@nestjs/common';
import { DATABASE, type Database } from '../ports/database.js';
import { statement } from '../sql/statement.js';

/** A rate limit: one turn per interval on average, and up to `burst` turns at once after a pause. */
export interface Throttle {
  readonly intervalMs: number;
  /** At least 1. */
  readonly burst: number;
}

/**
 * A subject is deleted when all of its turns have been available for this long. This changes no limit, because a new subject
 * has all of its turns available, too.
 */
const FORGET_AFTER_MS = 3_600_000;

/**
 * Rate limits that all processes share. One instant is stored for each subject: when all of its turns are available again.
 * Each turn moves it forward by one interval. A turn is available while the instant is at most `burst - 1` intervals in the
 * future.
 */
@Injectable()
export class ThrottleRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /**
   * Takes a turn.
   *
   * @param subject the thing that is limited, at most 255 characters
   * @returns 0 if the turn was taken; otherwise the time until a turn is available, in ms
   */
  async take(subject: string, { intervalMs, burst }: Throttle): Promise<number> {
    const now = this.database.now();
    const latest = now + (burst - 1) * intervalMs;
    const [taken] = await this.database.write([
      statement(
        this.database,
        `INSERT INTO ${this.#table} AS present (subject, free_at) VALUES (?, ?)
         ON CONFLICT (subject) DO UPDATE
            SET free_at = CASE WHEN present.free_at > ? THEN present.free_at + ? ELSE excluded.free_at END
          WHERE present.free_at <= ?`,
        [subject, now + intervalMs, now, intervalMs, latest],
      ),
    ]);
    if (taken!.affected === 0) return Math.max(1, (await this.#freeAt(subject)) - latest);
    await this.database.write([
      statement(this.database, `DELETE FROM ${this.#table} WHERE free_at < ?`, [now - FORGET_AFTER_MS]),
    ]);
    return 0;
  }

  async #freeAt(subject: string): Promise<number> {
    const { sql, parameters } = statement(
      this.database,
      `SELECT free_at FROM ${this.#table} WHERE subject = ?`,
      [subject],
    );
    const [row] = await this.database.dataSource.query<{ free_at: number | string }[]>(sql, [...parameters]);
    return Number(row?.free_at ?? 0);
  }

  get #table(): string {
    return this.database.table('webhook_throttle');
  }
}
