import { randomUUID } from 'node:crypto';
import type { SettingRepository } from '../../persistence/repositories/setting.repository.js';
import { noEventPositions, type EventPositions } from './event-walk.js';

const SETTING = 'retention';
/** How long a process holds the job without renewing the lease, during a pass, in ms. */
export const LEASE_MS = 30_000;
/**
 * How long a process holds the job after a pass, in ms. This is longer than the interval between passes, so that the same process
 * also makes the next pass: it knows where the last one ended.
 */
const KEPT_MS = 120_000;

/** The state of the job that processes share. */
interface StoredState {
  readonly holder: string | null;
  /** End of the lease, ms since the epoch on the database's clock. */
  readonly until: number;
  readonly positions: EventPositions;
  /** When the last pass ended, ms since the epoch on the database's clock; null: none has ended yet. */
  readonly lastPassAt: number | null;
}

const EMPTY: StoredState = { holder: null, until: 0, positions: noEventPositions(), lastPassAt: null };

/**
 * Ensures that only one process at a time runs the job. The lease and the job's positions are one row of `webhook_setting`,
 * which is changed only by the process that read its last version. If two processes run the job nevertheless, because one was
 * suspended beyond its lease, they only do some work twice: every deletion checks its rows.
 */
export class RetentionLease {
  readonly #holder = randomUUID();
  #text: string | undefined;
  #state: StoredState = EMPTY;

  constructor(
    private readonly settings: SettingRepository,
    private readonly now: () => number,
  ) {}

  /** When the last pass of any process ended, as last read, ms since the epoch on the database's clock; null: none has ended yet. */
  get lastPassAt(): number | null {
    return this.#state.lastPassAt;
  }

  /** The positions of the process that holds the lease. They are stored by the next renewal. */
  get positions(): EventPositions {
    return this.#state.positions;
  }

  /** @returns whether this process now holds the lease */
  async acquire(): Promise<boolean> {
    this.#text = await this.settings.read(SETTING);
    this.#state = stateOf(this.#text);
    const { holder, until } = this.#state;
    const now = this.now();
    // A lease that ends later than any lease can end is void: the clock was set back.
    const isHeld = holder !== null && holder !== this.#holder && until > now && until <= now + 2 * KEPT_MS;
    return !isHeld && (await this.renew());
  }

  /** Renews the lease and stores the positions. @returns false if another process has claimed it */
  renew(): Promise<boolean> {
    return this.#replace({ ...this.#state, holder: this.#holder, until: this.now() + LEASE_MS });
  }

  /** Stores the end of a pass, and keeps the lease for the next one. */
  async finishPass(): Promise<void> {
    const now = this.now();
    await this.#replace({ ...this.#state, until: now + KEPT_MS, lastPassAt: now });
  }

  /** Lets another process begin at once. */
  async release(): Promise<void> {
    if (this.#state.holder === this.#holder) await this.#replace({ ...this.#state, holder: null, until: 0 });
  }

  async #replace(state: StoredState): Promise<boolean> {
    const text = JSON.stringify(state);
    if (!(await this.settings.replace(SETTING, this.#text, text))) return false;
    this.#text = text;
    this.#state = state;
    return true;
  }
}

/** A text that is not JSON, because somebody edited the row, counts as empty: then the job only reads more than it must. */
function stateOf(text: string | undefined): StoredState {
  if (text === undefined) return { ...EMPTY, positions: noEventPositions() };
  try {
    const state = JSON.parse(text) as StoredState;
    return { ...EMPTY, ...state, positions: { ...noEventPositions(), ...state.positions } };
  } catch {
    return { ...EMPTY, positions: noEventPositions() };
  }
}
