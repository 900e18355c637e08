import type { LaneStore } from '../persistence/lane-store.js';
import type { LaneKeeper } from './lane-keeper.js';
import type { Lane } from './lane.js';
import { PollLoop } from './poll-loop.js';

/** How often an idle process says that it is, and a busy one looks whether another is. */
const ANNOUNCE_EVERY_MS = 1_000;
/** For how long an announcement counts. */
const ANNOUNCEMENT_LASTS_MS = 2_500;
/** How long a busy process leaves a due lane to idle ones, beyond their poll. */
const HEAD_START_MS = 50;
/** How long a lane is held before it is given back because others wait. */
const QUANTUM_MS = 1_000;

export interface LaneTakerOptions {
  readonly holder: string;
  readonly pollMs: number;
  /** Whether this process has as much to send as it can. */
  readonly isBusy: () => boolean;
  /** Lanes were taken. */
  readonly taken: (lanes: readonly Lane[]) => void;
  /** A lane has been asked to yield. */
  readonly touch: (lane: Lane) => void;
  readonly onError: (error: unknown, failures: number) => void;
}

/**
 * When to take lanes and when to make room for others: what fan-out has just told is taken at once; due lanes by
 * polling, at once by an idle process and with a head start for idle ones by a busy process. A busy process gives a
 * quarter of its lanes back, each after a quantum, when an idle one waits or when lanes wait that it has no room for.
 */
export class LaneTaker {
  readonly #loop: PollLoop;
  readonly #told = new Set<number>();
  #lookedAt = -Infinity;
  #comparedAt = -Infinity;
  /** The last look for due lanes ended for want of room. */
  #mayBeMore = false;
  #foundNothing = false;
  #isStopped = false;
  #isEnabled = true;

  constructor(
    private readonly store: LaneStore,
    private readonly keeper: LaneKeeper,
    private readonly options: LaneTakerOptions,
  ) {
    this.#loop = new PollLoop({
      pollMs: options.pollMs,
      round: () => this.#round(),
      onError: options.onError,
    });
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    return this.#loop.stop();
  }

  /** Disabled, it takes nothing. */
  setEnabled(isEnabled: boolean): void {
    this.#isEnabled = isEnabled;
    this.#loop.wake();
  }

  /** Fan-out has told these lanes. */
  told(transportIds: Iterable<number>): void {
    if (this.#isStopped) return;
    for (const transportId of transportIds) this.#told.add(transportId);
    this.#loop.wake();
  }

  /** A lane has been given back. */
  madeRoom(): void {
    if (this.#mayBeMore) this.#loop.wake();
  }

  async #round(): Promise<boolean> {
    if (!this.#isEnabled) return false;
    const told = [...this.#told].slice(0, Math.max(0, this.keeper.room));
    this.#told.clear();
    if (told.length > 0) this.options.taken(await this.keeper.takeThese(told));
    if (this.#mayBeMore || performance.now() - this.#lookedAt >= this.options.pollMs) await this.#takeDue();
    return this.#told.size > 0;
  }

  async #takeDue(): Promise<void> {
    const { isBusy, pollMs } = this.options;
    const isGreedy = !isBusy();
    const room = this.keeper.room;
    // A busy process waits until there is room for more than a few: each look costs a round trip.
    this.#mayBeMore = room < (isGreedy ? 1 : this.keeper.mostLanes / 4);
    if (!this.#mayBeMore) {
      this.#lookedAt = performance.now();
      const taken = await this.keeper.takeDue(isGreedy ? 0 : pollMs + HEAD_START_MS);
      this.#mayBeMore = taken.length === room || !isGreedy;
      this.#foundNothing = taken.length === 0;
      this.options.taken(taken);
    }
    await this.#compare();
  }

  /** Compares notes with the other processes. */
  async #compare(): Promise<void> {
    const { holder, isBusy, pollMs } = this.options;
    if (performance.now() - this.#comparedAt < ANNOUNCE_EVERY_MS) return;
    this.#comparedAt = performance.now();
    if (!isBusy()) {
      if (this.#foundNothing) await this.store.announceIdle(holder);
      return;
    }
    const othersWait =
      (await this.store.isOtherIdle(holder, ANNOUNCEMENT_LASTS_MS)) ||
      (this.keeper.room <= 0 && (await this.store.isWaiting(pollMs + HEAD_START_MS)));
    if (othersWait) this.#makeRoom();
  }

  #makeRoom(): void {
    const longHeld = [...this.keeper.all()].filter(
      (lane) => performance.now() - lane.heldSince >= QUANTUM_MS,
    );
    for (const lane of longHeld.slice(0, Math.ceil(longHeld.length / 4))) {
      lane.yield();
      this.options.touch(lane);
    }
  }
}
