import { LOOK_AHEAD_MS } from '../../persistence/ports/work-check-store.js';

/** Looks that are scheduled within the same stretch of time are merged. A stretch lasts `pollMs`, but at most this long, in ms. */
const LONGEST_STRETCH_MS = 1_000;

export interface ScheduledLooksOptions {
  readonly pollMs: number;
  /** Whether an idle process polls only rarely, so that it has to look when a lane becomes due. */
  readonly areWakeUpsProven: () => boolean;
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
}

/**
 * Looks for due lanes at the time when one becomes due, unless polling finds it. There is at most one look for each stretch of
 * time, because many lanes may become due together and many processes know of them.
 */
export class ScheduledLooks {
  /** By the stretch of time at whose end each look runs. */
  readonly #timers = new Map<number, NodeJS.Timeout>();
  #isStopped = false;

  /** @param look looks for due lanes now */
  constructor(
    private readonly look: () => void,
    private readonly options: ScheduledLooksOptions,
  ) {}

  /**
   * Schedules a look soon after a lane becomes due. No look is scheduled if polling finds the lane, or if it becomes due more
   * than `LOOK_AHEAD_MS` from now: then a later work check shows it.
   *
   * @param dueAt on the database's clock
   */
  schedule(dueAt: number): void {
    const { now, pollMs, areWakeUpsProven } = this.options;
    const inMs = Math.max(0, dueAt - now());
    if (this.#isStopped || inMs > LOOK_AHEAD_MS || !areWakeUpsProven()) return;
    const widthMs = Math.min(pollMs, LONGEST_STRETCH_MS);
    const stretch = Math.ceil((performance.now() + inMs) / widthMs);
    if (this.#timers.has(stretch)) return;
    const run = (): void => {
      this.#timers.delete(stretch);
      this.look();
    };
    this.#timers.set(stretch, setTimeout(run, stretch * widthMs - performance.now()));
  }

  /** Cancels all looks. No other is scheduled. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }
}
