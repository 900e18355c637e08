import type { SweepStore } from '../../persistence/ports/sweep-store.js';

/** Approximate interval between two steps of the sweep, in ms. */
const EVERY_MS = 60_000;
/** Maximum number of lanes that one step looks at. It bounds the cost of a step however many lanes there are. */
const LANES_PER_STEP = 1_000;
/** Deliveries that became due within this time, in ms, may still be on their way to a holder. */
const GRACE_MS = 60_000;
/** Maximum number of transports that a warning lists. */
const NAMED_AT_MOST = 10;

export interface LaneSweepOptions {
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  /** The elapsed clock. */
  readonly elapsed: () => number;
  readonly warn: (message: string, error?: unknown) => void;
}

/**
 * A background sweep that finds and schedules stranded lanes: lanes with due deliveries that nobody would claim again,
 * because of a bug, a manual edit, or a clock that was set back. Each process looks at up to 1,000 lanes a minute. It looks
 * at all of them when it starts and when the database's clock was set back, since leases may then end much too late.
 */
export class LaneSweep {
  #after = 0;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #isEnabled = true;
  #isStopped = false;
  /** Database's clock minus elapsed clock. If it falls by more than a second, the database's clock was set back. */
  #clockDifference: number;

  constructor(
    private readonly store: SweepStore,
    private readonly options: LaneSweepOptions,
  ) {
    this.#clockDifference = options.now() - options.elapsed();
  }

  start(): void {
    this.#run(() => this.sweepAll());
    this.#schedule(Math.random() * EVERY_MS);
  }

  /** If disabled, looks at nothing: the database may belong to another environment. */
  setEnabled(isEnabled: boolean): void {
    this.#isEnabled = isEnabled;
  }

  /** Looks at all lanes if the database's clock was set back since the last call. */
  watchClock(): void {
    const difference = this.options.now() - this.options.elapsed();
    const wasSetBack = difference < this.#clockDifference - 1_000;
    this.#clockDifference = difference;
    if (wasSetBack) this.#run(() => this.sweepAll());
  }

  /** Resolves when the step that is under way has ended. */
  stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    return this.#sweeping;
  }

  /** Looks at the next lanes. @returns whether these were the last */
  async sweep(): Promise<boolean> {
    const now = this.options.now();
    const { repaired, next } = await this.store.scheduleStrandedLanes({
      after: this.#after,
      limit: LANES_PER_STEP,
      now,
      dueBefore: now - GRACE_MS,
    });
    this.#after = next ?? 0;
    if (repaired.length > 0) this.#warnOf(repaired);
    return next === undefined;
  }

  /** Looks at all lanes. */
  async sweepAll(): Promise<void> {
    this.#after = 0;
    while (!this.#isStopped && !(await this.sweep()));
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#schedule(EVERY_MS * (0.75 + Math.random() / 2));
      this.#run(async () => void (await this.sweep()));
    }, delayMs);
    this.#timer.unref();
  }

  #run(sweep: () => Promise<void>): void {
    if (!this.#isEnabled || this.#isStopped) return;
    this.#sweeping = this.#sweeping
      .then(sweep)
      .catch((error: unknown) =>
        this.options.warn('The sweep for stranded lanes failed and is tried again', error),
      );
  }

  #warnOf(repaired: readonly number[]): void {
    const named = repaired.slice(0, NAMED_AT_MOST).join(', ');
    const more = repaired.length > NAMED_AT_MOST ? ', …' : '';
    this.options.warn(
      `Resumed ${repaired.length} HTTP transport(s) that had due deliveries but were not scheduled (ids in webhook_http_transport: ${named}${more}). ` +
        'Unless somebody edited the database or set its clock, please report this as a bug',
    );
  }
}
