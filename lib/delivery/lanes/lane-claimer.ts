import type { HealthPolicy } from '../../domain/transport-health.js';
import { MOST_DUE } from '../../persistence/ports/work-check-store.js';
import {
  FIRST_DUE,
  type ClaimedLane,
  type DueCursor,
  type LaneStore,
} from '../../persistence/ports/lane-store.js';
import { PollLoop } from '../../timing/poll-loop.js';
import { RoundHistory, type RoundStatus } from '../../timing/round-history.js';
import type { TransportConfigs } from '../sending/transport-config.js';
import { chooseLanes, type LaneCandidate } from './choose-lanes.js';
import { ClaimRefusals } from './claim-refusals.js';
import type { HeldLanes } from './held-lanes.js';
import { inHalves } from './in-halves.js';
import type { InspectionList } from './inspection-list.js';
import { Lane } from './lane.js';
import { ScheduledLooks } from './scheduled-looks.js';

/** Maximum number of due lanes that one query returns. */
const PAGE = 500;
/** Minimum size of a page, even if few places are free, because this process cannot claim every due lane. */
const LEAST_PAGE = 32;
/** Maximum number of pages read in one round. The next round continues, so that a round is bounded however many lanes wait. */
const PAGES_PER_ROUND = 4;
/** Interval between polls while wake-ups arrive and work checks find the work whose wake-up was lost, in ms. */
const RARE_POLL_MS = 60_000;
/** How long a busy process leaves a due lane to idle processes, in addition to `pollMs`, in ms. */
const LEAVE_TO_IDLE_MS = 50;

export interface LaneClaimerOptions {
  /** Name of this process, unique among all processes that have ever used the database. */
  readonly holder: string;
  readonly leaseMs: number;
  readonly pollMs: number;
  /**
   * Whether wake-ups of other processes arrive, and `expectDue` is called about once a second. If so, an idle process polls
   * only rarely.
   */
  readonly areWakeUpsProven: () => boolean;
  readonly policy: HealthPolicy;
  /** Whether all slots of this process except the reserve are taken. */
  readonly isBusy: () => boolean;
  /** Whether this process is busy and lanes of it wait for a slot. */
  readonly isOverloaded: () => boolean;
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  /** The elapsed clock. */
  readonly elapsed: () => number;
  /** Notifies other processes that these lanes have work. */
  readonly announceWork: (transportIds: readonly number[]) => void;
  readonly onError: (error: unknown, failures: number) => void;
}

/**
 * Claims lanes whenever the process can hold one more. Lanes to which fan-out of this process has just added work are claimed
 * at once. Other due lanes are found by polling or by scheduled looks (see `ScheduledLooks`). `chooseLanes` decides
 * which lanes are claimed.
 */
export class LaneClaimer {
  readonly #loop: PollLoop;
  readonly #notified = new Map<number, LaneCandidate>();
  readonly #refusals = new ClaimRefusals();
  readonly #history: RoundHistory;
  #cursor: DueCursor = FIRST_DUE;
  #lookedAt = -Infinity;
  /** Whether the last look may have left due lanes unclaimed, for example for lack of places. */
  #mayBeMore = false;
  #isShort = false;
  #isStopped = false;
  #isEnabled = true;
  /** Whether more lanes may be due, or become due soon, than the last work check showed. */
  #areManyDue = false;
  readonly #looks: ScheduledLooks;

  constructor(
    private readonly store: Pick<LaneStore, 'due' | 'claim'>,
    private readonly held: HeldLanes,
    private readonly configs: TransportConfigs,
    private readonly inspection: InspectionList,
    private readonly options: LaneClaimerOptions,
  ) {
    this.#history = new RoundHistory(options.now);
    this.#looks = new ScheduledLooks(() => this.look(), options);
    this.#loop = new PollLoop({
      pollMs: () => (this.#mustPoll ? options.pollMs : RARE_POLL_MS),
      round: () => this.#history.observe(() => this.#round()),
      onError: options.onError,
    });
  }

  get #mustPoll(): boolean {
    return !this.options.areWakeUpsProven() || this.#mayBeMore || this.#areManyDue;
  }

  /** Whether there may be more due lanes, and a quarter of the places is free. */
  get #canClaimMore(): boolean {
    const { free, size } = this.held.places;
    return this.#mayBeMore && free >= size / 4;
  }

  /** Whether due lanes were refused for lack of places, or no place was free, when this process last looked. */
  get isShort(): boolean {
    return this.#isShort;
  }

  /** Ids of keys that due lanes need and this process does not have. */
  get missingKeyIds(): string[] {
    return this.#refusals.missingKeyIds(this.options.elapsed());
  }

  /** Status of the rounds. A round succeeds if one of its claim statements succeeded, or if it found no due lane. */
  get rounds(): RoundStatus {
    return this.#history.status;
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    this.#looks.stop();
    return this.#loop.stop();
  }

  /** If disabled, claims nothing. */
  setEnabled(isEnabled: boolean): void {
    this.#isEnabled = isEnabled;
    this.look();
  }

  /**
   * Fan-out of this process has added work to these lanes, or this process has just released them and they may have work. This
   * process does not hold them.
   */
  notifyWorkAdded(lanes: readonly LaneCandidate[]): void {
    if (this.#isStopped || !this.#isEnabled) {
      return this.leaveToOthers(lanes.map(({ transportId }) => transportId));
    }
    for (const lane of lanes) this.#notified.set(lane.transportId, lane);
    this.#loop.wake();
  }

  /**
   * Schedules a look for each time at which lanes become due, on the database's clock. Polls while there are so many lanes
   * that a work check may not show all.
   */
  expectDue(dueDates: readonly number[]): void {
    this.#areManyDue = dueDates.length >= MOST_DUE;
    for (const dueAt of dueDates) this.scheduleLook(dueAt);
    if (this.#areManyDue) this.#loop.wake();
  }

  /**
   * Schedules a look for due lanes soon after one becomes due, unless polling finds it.
   *
   * @param dueAt on the database's clock
   */
  scheduleLook(dueAt: number): void {
    this.#looks.schedule(dueAt);
  }

  /**
   * This process has released a lane that has work, so that others send a part of it. While it is overloaded, it does not claim
   * the lane for a while, even if it is notified of work in it.
   */
  leaveForAWhile(transportId: number): void {
    const { elapsed, now, pollMs } = this.options;
    const forMs = pollMs + LEAVE_TO_IDLE_MS;
    this.#refusals.share(transportId, elapsed() + forMs);
    this.scheduleLook(now() + forMs);
  }

  /** Announces lanes that have work which this process will not do: other processes hold them or may claim them. */
  leaveToOthers(transportIds: readonly number[]): void {
    if (transportIds.length > 0) this.options.announceWork(transportIds);
  }

  /** Looks for due lanes now. */
  look(): void {
    this.#lookedAt = -Infinity;
    this.#loop.wake();
  }

  /**
   * Lanes were released. If other lanes wait and a quarter of the places is free, this process claims again at once, otherwise at
   * the next poll.
   */
  lanesReleased(): void {
    if (this.#canClaimMore) this.#loop.wake();
  }

  /** A row of this lane cannot be read: this process does not claim the lane for a while. */
  avoid(transportId: number): void {
    this.#refusals.avoid(transportId, this.options.elapsed());
  }

  async #round(): Promise<boolean> {
    if (!this.#isEnabled) return false;
    await this.#claimNotified();
    const isDue = performance.now() - this.#lookedAt >= this.options.pollMs;
    if (isDue || this.#canClaimMore) await this.#claimDue();
    return this.#notified.size > 0;
  }

  async #claimNotified(): Promise<void> {
    const notified = [...this.#notified.values()];
    this.#notified.clear();
    const isShort = await this.#claim(notified, Infinity);
    // A look finds the lanes that did not get a place.
    if (isShort) this.#mayBeMore = true;
    const ofOthers = notified.map(({ transportId }) => transportId).filter((id) => !this.held.get(id));
    this.leaveToOthers(ofOthers);
  }

  async #claimDue(): Promise<void> {
    const { isBusy, pollMs, now } = this.options;
    this.#lookedAt = performance.now();
    const dueBefore = isBusy() ? now() - pollMs - LEAVE_TO_IDLE_MS : Infinity;
    let isShort = false;
    let isLast = false;
    // If this look fails, the next round looks again.
    this.#mayBeMore = true;
    for (let page = 0; page < PAGES_PER_ROUND && !isLast && this.held.places.free > 0; page++) {
      const limit = Math.min(PAGE, Math.max(LEAST_PAGE, 2 * this.held.places.free));
      const due = await this.store.due(this.#cursor, limit);
      if (due.length === 0 && this.#cursor === FIRST_DUE) this.#history.noteSuccess();
      isLast = due.length < limit;
      this.#cursor = isLast ? FIRST_DUE : due.at(-1)!;
      isShort = (await this.#claim(due, dueBefore)) || isShort;
    }
    this.#isShort = isShort || this.held.places.free <= 0;
    this.#mayBeMore = this.#isShort || !isLast || isBusy();
  }

  /** @returns whether a lane was refused for lack of places */
  async #claim(candidates: readonly LaneCandidate[], dueBefore: number): Promise<boolean> {
    const { places } = this.held;
    const elapsed = this.options.elapsed();
    const isOverloaded = this.options.isOverloaded();
    const { chosen, isShort } = chooseLanes(candidates, places, {
      isUsable: (lane) =>
        !this.held.get(lane.transportId) &&
        this.#refusals.admits(
          lane.transportId,
          this.configs.missingKeys(lane.encryptedWith),
          elapsed,
          isOverloaded,
        ),
      dueBefore,
    });
    const byId = new Map(chosen.map((lane) => [lane.transportId, lane]));
    try {
      const { holder, leaseMs } = this.options;
      const claim = async (transportIds: readonly number[]): Promise<void> => {
        const claimedAt = this.options.elapsed();
        for (const claimed of await this.store.claim({ holder, leaseMs, transportIds })) {
          this.#begin(claimed, byId.get(claimed.transportId)!, claimedAt);
          byId.delete(claimed.transportId);
        }
        this.#history.noteSuccess();
      };
      await inHalves([...byId.keys()], claim, (transportId, error) => {
        this.avoid(transportId);
        this.#history.noteRefusal(error, transportId);
        this.options.onError(error, 1);
      });
    } finally {
      // Not claimed: another process was faster, or the statement failed.
      for (const { tenantUid, origin } of byId.values()) places.release(tenantUid, origin);
    }
    return isShort;
  }

  #begin(claimed: ClaimedLane, candidate: LaneCandidate, claimedAt: number): void {
    const lane = new Lane(claimed, this.configs.decrypt(claimed.transport), claimedAt, this.options.policy);
    this.held.add(lane, candidate);
    // The lane was claimed while deliveries were being switched off.
    if (!this.#isEnabled) lane.drain();
    this.inspection.add(lane);
  }
}
