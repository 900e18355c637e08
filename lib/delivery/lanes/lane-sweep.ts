import type { KeyPlace, Swept, SweepStore } from '../persistence/sweep-store.js';

/** About how often a process looks at the next piece. */
const EVERY_MS = 60_000;
/** Lanes, and keys, that one look takes in: what it costs, whatever has piled up. */
const PIECE = 1_000;
/** What is due for less than this may be on its way. */
const GRACE_MS = 60_000;

const FIRST_LANE = 0;
const FIRST_KEY: KeyPlace = { transportId: 0, orderingKey: '' };

export interface LaneSweepOptions {
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  readonly warn: (message: string, error?: unknown) => void;
}

/**
 * The net under everything: what a bug, or a hand in the database, left where nobody would ever look at it again. Each process
 * goes round all lanes and ordering keys, slowly, a piece at a time, each beginning at a moment of its own.
 */
export class LaneSweep {
  #lane = FIRST_LANE;
  #key = FIRST_KEY;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #isEnabled = true;

  constructor(
    private readonly store: SweepStore,
    private readonly options: LaneSweepOptions,
  ) {}

  start(): void {
    this.#schedule(Math.random() * EVERY_MS);
  }

  /** Disabled, it looks at nothing: the database may be somebody else's. */
  setEnabled(isEnabled: boolean): void {
    this.#isEnabled = isEnabled;
  }

  /** Resolves when a look that is under way has ended. */
  stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#sweeping;
  }

  /** Looks at the next piece. */
  async sweep(): Promise<void> {
    const now = this.options.now();
    const piece = { limit: PIECE, now };
    const lanes = await this.store.tellForgottenLanes({
      ...piece,
      after: this.#lane,
      dueBefore: now - GRACE_MS,
    });
    this.#lane = lanes.next ?? FIRST_LANE;
    this.#warnOf('with deliveries due were left to themselves', lanes);
    const keys = await this.store.freeStrandedKeys({ ...piece, after: this.#key });
    this.#key = keys.next ?? FIRST_KEY;
    this.#warnOf('held deliveries back behind nothing', keys);
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#schedule(EVERY_MS * (0.75 + Math.random() / 2));
      if (!this.#isEnabled) return;
      this.#sweeping = this.sweep().catch((error: unknown) =>
        this.options.warn('Looking for forgotten lanes failed', error),
      );
    }, delayMs);
    this.#timer.unref();
  }

  #warnOf(what: string, { repaired }: Swept<unknown>): void {
    if (repaired.length === 0) return;
    const named = repaired.slice(0, 10).join(', ');
    this.options.warn(
      `${repaired.length} http transports ${what} and go on now (number ${named}): please report this as a bug`,
    );
  }
}
