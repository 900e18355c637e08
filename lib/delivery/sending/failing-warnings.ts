/** The operator is warned when a transport has failed for these parts of `disableAfterMs`. */
const WARN_AT = [0.5, 0.9];
/** Maximum number of transports remembered. Beyond it the oldest one is forgotten, so its warnings may be repeated. */
const MOST_REMEMBERED = 10_000;

/** Decides when to warn that a failing transport will be disabled: in each process once for each part in `WARN_AT`. */
export class FailingWarnings {
  /** Number of warnings given in the present run of failures, by transport. */
  readonly #warned = new Map<number, number>();

  constructor(private readonly disableAfterMs: number) {}

  /**
   * @param failingSince when its run of failures began, ms since the epoch; null: it is healthy
   * @returns hours until the transport is disabled; undefined: no warning is due
   */
  due(transportId: number, failingSince: number | null, now: number): number | undefined {
    if (failingSince === null) {
      this.#warned.delete(transportId);
      return undefined;
    }
    const part = (now - failingSince) / this.disableAfterMs;
    const reached = WARN_AT.filter((at) => part >= at).length;
    if (part >= 1 || reached <= (this.#warned.get(transportId) ?? 0)) return undefined;
    if (this.#warned.size >= MOST_REMEMBERED) this.#warned.delete(this.#warned.keys().next().value!);
    this.#warned.set(transportId, reached);
    return (this.disableAfterMs - (now - failingSince)) / 3_600_000;
  }
}
