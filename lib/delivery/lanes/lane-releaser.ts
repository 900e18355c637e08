import type { LaneRelease, LaneStore } from '../../persistence/ports/lane-store.js';
import { PARKED_DUE_AT, type RecordStore } from '../../persistence/ports/record-store.js';
import type { HeldLanes } from './held-lanes.js';
import { inHalves } from './in-halves.js';
import type { InspectionList } from './inspection-list.js';
import type { LaneClaimer } from './lane-claimer.js';
import type { Lane } from './lane.js';

const NONE: ReadonlySet<number> = new Set();
/** If a release fails within this time, in ms, after another failed release of the same lane, it is not retried at once. */
const FAILS_AGAIN_MS = 1_000;

export interface LaneReleaserOptions {
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  /** The elapsed clock. */
  readonly elapsed: () => number;
  /** @param failures number of failures in a row */
  readonly onError: (error: unknown, failures: number) => void;
}

/** Releases lanes that have nothing to do: all scheduled lanes in one statement, and one statement at a time. */
export class LaneReleaser {
  readonly #scheduled = new Set<Lane>();
  #releasing: Promise<void> | undefined;
  /** Number of failures in a row. */
  #failures = 0;
  /** When a release of the lane failed last, performance.now(). */
  readonly #failedAt = new WeakMap<Lane, number>();

  /** Lanes that are released for other processes although they have work. */
  readonly #shared = new WeakSet<Lane>();

  constructor(
    private readonly store: Pick<LaneStore, 'release'>,
    private readonly records: Pick<RecordStore, 'unpark'>,
    private readonly held: HeldLanes,
    private readonly claimer: Pick<
      LaneClaimer,
      'lanesReleased' | 'leaveForAWhile' | 'leaveToOthers' | 'notifyWorkAdded' | 'scheduleLook'
    >,
    private readonly inspection: InspectionList,
    private readonly options: LaneReleaserOptions,
  ) {}

  /** Call this when the lane may have nothing to do: the next `release` checks it. */
  schedule(lane: Lane): void {
    this.#scheduled.add(lane);
  }

  /** The lane drains and has work: when it is released, this process leaves it to others for a while. */
  share(lane: Lane): void {
    this.#shared.add(lane);
  }

  /** Releases the scheduled lanes that have nothing to do. If a release is under way, they are released after it. */
  release(): void {
    if (this.#releasing || this.#scheduled.size === 0) return;
    const now = this.options.now();
    const releases = new Map<Lane, LaneRelease>();
    for (const lane of this.#scheduled) {
      const release = this.held.has(lane) ? lane.release(now) : undefined;
      if (release) releases.set(lane, release);
    }
    this.#scheduled.clear();
    if (releases.size === 0) return;
    this.#releasing = this.#release(releases).finally(() => {
      this.#releasing = undefined;
      this.claimer.lanesReleased();
      this.release();
    });
  }

  /** Resolves when the release that is under way has ended. */
  async settled(): Promise<void> {
    await this.#releasing;
  }

  /** Releases lanes even if requests are in flight, for a process that ends. @throws the database's error */
  async abandon(lanes: readonly Lane[]): Promise<void> {
    const now = this.options.now();
    const releases = lanes.map((lane) => lane.abandon(now));
    await this.store.release(releases);
    this.#announceDue(releases);
  }

  /** Announces the released lanes that have due work, so that other processes claim them. */
  #announceDue(released: readonly LaneRelease[]): void {
    const now = this.options.now();
    const due = released.filter(({ dueAt }) => dueAt !== null && dueAt <= now);
    this.claimer.leaveToOthers(due.map(({ transportId }) => transportId));
  }

  async #release(releases: ReadonlyMap<Lane, LaneRelease>): Promise<void> {
    try {
      const unparked = await this.#unpark([...releases.values()]);
      const release = async (some: readonly (readonly [Lane, LaneRelease])[]): Promise<void> => {
        const wanted = some
          .map(([, release]) => release)
          .filter(({ transportId }) => !unparked.has(transportId));
        const released = wanted.length > 0 ? await this.store.release(wanted) : NONE;
        this.#announceDue(wanted.filter(({ transportId }) => released.has(transportId)));
        for (const [lane, { dueAt, version }] of some) {
          this.#finish(lane, released.has(lane.transportId), version === null);
          if (dueAt !== null) this.claimer.scheduleLook(dueAt);
        }
      };
      await inHalves([...releases], release, ([lane], error) => {
        // The lane may have been lost meanwhile.
        if (lane.state === 'RELEASING') lane.releaseUncertain(this.options.elapsed());
        this.options.onError(error, 1);
      });
      this.#failures = 0;
    } catch (error) {
      for (const lane of releases.keys())
        if (lane.state === 'RELEASING') lane.releaseUncertain(this.options.elapsed());
      this.options.onError(error, ++this.#failures);
    }
  }

  /** @param isGivenUp whether the lane was released although it may have work */
  #finish(lane: Lane, isReleased: boolean, isGivenUp: boolean): void {
    // The lane was lost meanwhile.
    if (lane.state !== 'RELEASING') return;
    if (!isReleased) {
      lane.releaseFailed();
      const now = performance.now();
      // Work was added, or somebody else has locked the lane. The release of a locked lane would fail again and again, so after
      // a second failure within `FAILS_AGAIN_MS` the lane waits for the next refresh.
      if (now - (this.#failedAt.get(lane) ?? -Infinity) > FAILS_AGAIN_MS) this.inspection.add(lane);
      this.#failedAt.set(lane, now);
      return;
    }
    const candidate = this.held.candidateOf(lane);
    this.held.remove(lane);
    if (this.#shared.has(lane)) this.claimer.leaveForAWhile(lane.transportId);
    // Work was added in this process since the last scan began: claim the lane again without waiting for a poll. A lane that was
    // given up is left to other processes first: a look finds it if they do not claim it.
    else if (!isGivenUp && lane.isNotified && candidate) this.claimer.notifyWorkAdded([candidate]);
  }

  /**
   * A parked delivery waits for an earlier one of its key. In a lane with nothing else, the first of each key waits for none: it
   * is made due.
   */
  async #unpark(releases: readonly LaneRelease[]): Promise<ReadonlySet<number>> {
    const onlyParked = releases.filter(({ dueAt }) => dueAt === PARKED_DUE_AT);
    if (onlyParked.length === 0) return NONE;
    return this.records.unpark(
      onlyParked.map(({ transportId }) => transportId),
      this.options.now(),
    );
  }
}
