/** How the rounds of one stage of the worker have gone. */
export interface RoundStatus {
  /** When the last round succeeded, ms since the epoch on the database's clock; null: none has yet. */
  readonly lastSuccessAt: number | null;
  /** Failed rounds since then. */
  readonly consecutiveFailures: number;
  /** Time since the first of these failures, in ms; 0: there is none. */
  readonly failingForMs: number;
  /** Time since the last failure, in ms; null: no round has failed yet. */
  readonly lastFailureAgoMs: number | null;
  /** What the last failed round threw or ran into; undefined: no round has failed yet. */
  readonly lastError: unknown;
}

/**
 * Keeps the outcome of the rounds of one stage: of fan-out, for example.
 *
 * A round may end without an exception although the database refused all that it tried: one bad row must not stop the
 * others, so refused rows are set aside. Such a round has failed if nothing in it succeeded. A round that tried nothing
 * changes nothing.
 */
export class RoundHistory {
  #lastSuccessAt: number | null = null;
  #consecutiveFailures = 0;
  #failingSince = 0;
  #lastFailureAt: number | null = null;
  #lastError: unknown;
  #hasSucceeded = false;
  #refusal: { readonly error: unknown } | undefined;

  /**
   * @param now the database's clock, ms since the epoch
   * @param elapsed a clock that is never set, in ms
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
    };
  }

  succeeded(): void {
    this.#lastSuccessAt = this.now();
    this.#consecutiveFailures = 0;
  }

  failed(error: unknown): void {
    this.#lastFailureAt = this.elapsed();
    if (this.#consecutiveFailures === 0) this.#failingSince = this.#lastFailureAt;
    this.#consecutiveFailures++;
    this.#lastError = error;
  }

  /** Something in the round that is running has succeeded. */
  noteSuccess(): void {
    this.#hasSucceeded = true;
  }

  /** The database refused something in the round that is running. */
  noteRefusal(error: unknown): void {
    this.#refusal = { error };
  }

  /** Runs a round and keeps its outcome: one round at a time. @throws what the round throws */
  async observe<Result>(round: () => Promise<Result>): Promise<Result> {
    this.#hasSucceeded = false;
    this.#refusal = undefined;
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
    else if (this.#refusal) this.failed(this.#refusal.error);
  }
}
