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
  /** When a due lane last needed each key that is missing. */
  readonly #missingKeys = new Map<string, number>();

  /** @param missingKeyIds keys that the lane needs and this process does not have */
  admits(transportId: number, missingKeyIds: readonly string[], elapsed: number): boolean {
    for (const id of missingKeyIds) this.#missingKeys.set(id, elapsed);
    if (missingKeyIds.length > 0) return false;
    const until = this.#avoidedUntil.get(transportId);
    if (until === undefined) return true;
    if (until > elapsed) return false;
    this.#avoidedUntil.delete(transportId);
    return true;
  }

  /** @param forMs how long the lane is refused; default: as after a row that could not be read */
  avoid(transportId: number, elapsed: number, forMs = AVOID_MS): void {
    this.#avoidedUntil.set(transportId, elapsed + forMs);
  }

  /** Ids of keys that due lanes needed within the last minute and this process does not have. */
  missingKeyIds(elapsed: number): string[] {
    for (const [id, at] of this.#missingKeys) if (elapsed - at > REPORT_MS) this.#missingKeys.delete(id);
    return [...this.#missingKeys.keys()].sort();
  }
}
