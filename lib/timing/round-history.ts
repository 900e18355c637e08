/** Status of the rounds of one stage of the worker. */
export interface RoundStatus {
  /** When the last round succeeded, ms since the epoch on the database's clock; null: none has yet. */
  readonly lastSuccessAt: number | null;
  /** Failed rounds since then. */
  readonly consecutiveFailures: number;
  /** Time since the first of these failures, in ms; 0: there is none. */
  readonly failingForMs: number;
  /** Time since the last failure, in ms; null: no round has failed yet. */
  readonly lastFailureAgoMs: number | null;
  /** The error of the last failed round; undefined: no round has failed yet. */
  readonly lastError: unknown;
  /** Whether these failures concern the stage itself; false: only a few rows were refused, and no other row was tried. */
  readonly isWholeStage: boolean;
}

/** If this many rows are refused without a success in between, the stage itself is at fault. */
const WHOLE_STAGE_ROWS = 5;

/**
 * Keeps the status of the rounds of one stage, such as fan-out.
 *
 * A round may end without an exception although the database refused every row that was tried: refused rows are set aside,
 * so that one bad row does not stop the others. If nothing in the round succeeded, the round has failed. A round that tried
 * nothing changes nothing. While one bad row is the only work, it fails every round. That says little about the stage: see
 * `isWholeStage`.
 */
export class RoundHistory {
  #lastSuccessAt: number | null = null;
  #consecutiveFailures = 0;
  #failingSince = 0;
  #lastFailureAt: number | null = null;
  #lastError: unknown;
  #isWholeStage = false;
  /** Ids of rows refused since the last success, at most `WHOLE_STAGE_ROWS`. */
  readonly #refusedRows = new Set<number>();
  #hasSucceeded = false;
  /** Errors of the rows that were refused in the round that is running, by row. */
  readonly #refusals = new Map<number, unknown>();

  /**
   * @param now the database's clock, ms since the epoch
   * @param elapsed a monotonic clock, in ms
   */
  constructor(
    private readonly now: () => number,
    private readonly elapsed: () => number = () => performance.now(),
  ) {}

  get status(): RoundStatus {
    const elapsed = this.elapsed();
    return {
      lastSuccessAt: this.#lastSuccessAt,
      consecutiveFailures: this.#consecutiveFailures,
      failingForMs: this.#consecutiveFailures === 0 ? 0 : elapsed - this.#failingSince,
      lastFailureAgoMs: this.#lastFailureAt === null ? null : elapsed - this.#lastFailureAt,
      lastError: this.#lastError,
      isWholeStage: this.#isWholeStage || this.#refusedRows.size >= WHOLE_STAGE_ROWS,
    };
  }

  succeeded(): void {
    this.#lastSuccessAt = this.now();
    this.#consecutiveFailures = 0;
    this.#isWholeStage = false;
    this.#refusedRows.clear();
  }

  /** @param rows ids of the rows that the database refused, empty if they are not known yet; undefined: no single row is at fault */
  failed(error: unknown, rows?: Iterable<number>): void {
    this.#lastFailureAt = this.elapsed();
    if (this.#consecutiveFailures === 0) this.#failingSince = this.#lastFailureAt;
    this.#consecutiveFailures++;
    this.#lastError = error;
    if (!rows) this.#isWholeStage = true;
    else for (const row of rows) if (this.#refusedRows.size < WHOLE_STAGE_ROWS) this.#refusedRows.add(row);
  }

  /** Something in the round that is running has succeeded. */
  noteSuccess(): void {
    this.#hasSucceeded = true;
  }

  /** The database refused a row in the round that is running. */
  noteRefusal(error: unknown, row: number): void {
    this.#refusals.set(row, error);
  }

  /** Runs a round and keeps its outcome. Rounds must not overlap. @throws the error of the round */
  async observe<Result>(round: () => Promise<Result>): Promise<Result> {
    this.#hasSucceeded = false;
    this.#refusals.clear();
    try {
      const result = await round();
      this.#conclude();
      return result;
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }

  #conclude(): void {
    if (this.#hasSucceeded) this.succeeded();
    else if (this.#refusals.size > 0) this.failed([...this.#refusals.values()].at(-1), this.#refusals.keys());
  }
}
