/** Parts of the time after which a failing transport is disabled at which its operator is warned. */
const WARN_AT = [0.5, 0.9];
/** Transports remembered; beyond it the oldest may be warned of again. */
const MOST_REMEMBERED = 10_000;

/** Says, once per process and part of the time, that a transport is on its way to be disabled for failing. */
export class FailingWarnings {
  /** How many of the warnings a transport has had. */
  readonly #given = new Map<number, number>();

  constructor(private readonly disableAfterMs: number) {}

  /**
   * @param failingSince when its run of failures began, ms since the epoch; null: it is healthy
   * @returns the hours left until it is disabled, when it is time to say so
   */
  due(transportId: number, failingSince: number | null, now: number): number | undefined {
    if (failingSince === null) {
      this.#given.delete(transportId);
      return undefined;
    }
    const part = (now - failingSince) / this.disableAfterMs;
    const reached = WARN_AT.filter((at) => part >= at).length;
    if (part >= 1 || reached <= (this.#given.get(transportId) ?? 0)) return undefined;
    if (this.#given.size >= MOST_REMEMBERED) this.#given.delete(this.#given.keys().next().value!);
    this.#given.set(transportId, reached);
    return (this.disableAfterMs - (now - failingSince)) / 3_600_000;
  }
}
