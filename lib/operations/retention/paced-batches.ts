import { inHalves } from '../../delivery/lanes/in-halves.js';
import { classify } from '../../persistence/errors/driver-errors.js';
import type { DatabaseKind } from '../../persistence/ports/database.js';
import { DIALECTS, type DeletionPace } from '../../persistence/sql/dialect.js';
import { loopTimeout } from '../../timing/process-hold.js';

const FIRST_ROWS = 50;
const MOST_ROWS = 1_000;
const SHORTEST_REST_MS = 1;
const LONGEST_REST_MS = 1_000;
/** Longest rest after a read, in ms. A read is short: if it takes longer, it waited for the network or for the processor. */
const LONGEST_REST_AFTER_READ_MS = 20;

/** The work was stopped or aborted, or another process has claimed its lease. */
export class Interrupted extends Error {}

/** Whether an error of the database concerns only the rows of one statement, so that the job can go on with other rows. */
export function concernsRows(error: unknown): boolean {
  if (error instanceof Interrupted) return false;
  const kind = classify(error);
  return kind === 'refused' || kind === 'busy' || kind === 'conflict';
}

/** A row of a batch. */
interface Sized {
  /** Approximate number of bytes that are deleted with it. */
  readonly bytes: number;
}

export interface PacedBatchesOptions {
  readonly kind: DatabaseKind;
  /** Called before each statement. @throws {Interrupted} if the work must end */
  readonly checkpoint: () => Promise<void> | void;
  /** Called for each row that the database refused, and for each batch that could not be written because of locks. */
  readonly onSkipped: (error: unknown) => void;
}

/**
 * Writes rows in batches that take at most about `targetMs` each (see `DeletionPace`), and rests after each batch in proportion
 * to its duration. If the database is slow, batches become smaller and rests longer. If it refuses a row, that row is skipped.
 */
export class PacedBatches {
  readonly #limits: DeletionPace;
  #rows = FIRST_ROWS;

  constructor(private readonly options: PacedBatchesOptions) {
    this.#limits = DIALECTS[options.kind].deletion;
  }

  /** Number of rows that it makes sense to read at once. */
  get rows(): number {
    return this.#rows;
  }

  /** Reads rows, and rests in proportion. @throws {Interrupted} */
  async read<Result>(read: () => Promise<Result>): Promise<Result> {
    await this.options.checkpoint();
    const startedAt = performance.now();
    const result = await read();
    await this.#rest(performance.now() - startedAt, LONGEST_REST_AFTER_READ_MS);
    return result;
  }

  /**
   * Writes the rows, in order.
   *
   * @param write returns the time that the database needed, in ms
   * @throws {Interrupted}
   * @throws errors of the database that concern no single row
   */
  async write<Row extends Sized>(
    rows: readonly Row[],
    write: (batch: readonly Row[]) => Promise<number>,
  ): Promise<void> {
    for (let from = 0; from < rows.length;) {
      await this.options.checkpoint();
      const batch = this.#batchOf(rows, from);
      from += batch.length;
      const tookMs = await this.#writeBatch(batch, write);
      this.#adapt(tookMs, batch.length);
      await this.#rest(tookMs);
    }
  }

  async #writeBatch<Row>(
    batch: readonly Row[],
    write: (batch: readonly Row[]) => Promise<number>,
  ): Promise<number> {
    let tookMs = 0;
    try {
      await inHalves(
        batch,
        async (part) => void (tookMs += await write(part)),
        (_row, error) => this.options.onSkipped(error),
      );
    } catch (error) {
      if (!concernsRows(error)) throw error;
      this.options.onSkipped(error);
    }
    return tookMs;
  }

  #batchOf<Row extends Sized>(rows: readonly Row[], from: number): Row[] {
    const batch: Row[] = [];
    let bytes = 0;
    for (const row of rows.slice(from, from + this.#rows)) {
      if (batch.length > 0 && bytes + row.bytes > this.#limits.mostBytes) break;
      batch.push(row);
      bytes += row.bytes;
    }
    return batch;
  }

  #adapt(tookMs: number, rows: number): void {
    const { targetMs } = this.#limits;
    if (tookMs > targetMs) this.#rows = Math.max(1, Math.floor(Math.min(this.#rows, rows) / 2));
    else if (tookMs < targetMs / 2 && rows >= this.#rows)
      this.#rows = Math.min(MOST_ROWS, Math.ceil(this.#rows * 1.5));
  }

  #rest(tookMs: number, mostMs = LONGEST_REST_MS): Promise<void> {
    const restMs = Math.max(SHORTEST_REST_MS, this.#limits.restFactor * tookMs);
    return new Promise((resolve) => void loopTimeout(resolve, Math.min(mostMs, restMs)));
  }
}
