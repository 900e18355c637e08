/** How long a lane is avoided after one of its rows could not be read, in ms. */
const AVOID_MS = 5_000;
/** How long a missing key is reported after a due lane needed it, in ms. */
const REPORT_MS = 60_000;

/**
 * Due lanes that this process does not claim, because it lacks a key for their secrets, could not read one of their rows, or has
 * just released them for others. Another process may be able to claim them. Instants are on the elapsed clock.
 */
export class ClaimRefusals {
  readonly #avoidedUntil = new Map<number, number>();
  readonly #sharedUntil = new Map<number, number>();
  /** When a due lane last needed each key that is missing. */
  readonly #missingKeys = new Map<string, number>();

  /**
   * @param missingKeyIds keys that the lane needs and this process does not have
   * @param isOverloaded whether this process cannot send all that it holds
   */
  admits(
    transportId: number,
    missingKeyIds: readonly string[],
    elapsed: number,
    isOverloaded: boolean,
  ): boolean {
    for (const id of missingKeyIds) this.#missingKeys.set(id, elapsed);
    if (missingKeyIds.length > 0) return false;
    if (isBefore(this.#avoidedUntil, transportId, elapsed)) return false;
    return !isBefore(this.#sharedUntil, transportId, isOverloaded ? elapsed : Infinity);
  }

  /** A row of the lane could not be read. */
  avoid(transportId: number, elapsed: number): void {
    this.#avoidedUntil.set(transportId, elapsed + AVOID_MS);
  }

  /** The lane has work, and was released for others: until `until`, this process refuses it while the process is overloaded. */
  share(transportId: number, until: number): void {
    this.#sharedUntil.set(transportId, until);
  }

  /** Ids of keys that due lanes needed within the last minute and this process does not have. */
  missingKeyIds(elapsed: number): string[] {
    for (const [id, at] of this.#missingKeys) if (elapsed - at > REPORT_MS) this.#missingKeys.delete(id);
    return [...this.#missingKeys.keys()].sort();
  }
}

/** Whether it is too early for a lane. Forgets the lane otherwise. */
function isBefore(dates: Map<number, number>, transportId: number, elapsed: number): boolean {
  const until = dates.get(transportId);
  if (until === undefined) return false;
  if (until > elapsed) return true;
  dates.delete(transportId);
  return false;
}
