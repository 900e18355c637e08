import type { LaneKeeper } from './lane-keeper.js';
import type { Lane } from './lane.js';

export interface LaneReleasesOptions {
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  /** The lane was to be given back and is kept. */
  readonly touch: (lane: Lane) => void;
  /** Lanes may have been given back: there may be room for others. */
  readonly madeRoom: () => void;
  /** @param failures in a row */
  readonly onError: (error: unknown, failures: number) => void;
}

/** Gives lanes back that want it, all that have come together in one statement, and one statement at a time. */
export class LaneReleases {
  readonly #offered = new Set<Lane>();
  #releasing: Promise<void> | undefined;
  /** In a row. */
  #failures = 0;

  constructor(
    private readonly keeper: LaneKeeper,
    private readonly options: LaneReleasesOptions,
  ) {}

  /** The lane may want to be given back. */
  offer(lane: Lane): void {
    this.#offered.add(lane);
  }

  /** Gives back the offered lanes that want it, unless that is under way, which ends with doing so. */
  release(): void {
    if (this.#releasing || this.#offered.size === 0) return;
    const now = this.options.now();
    const releases = [...this.#offered].flatMap((lane) =>
      this.keeper.get(lane.transportId) === lane ? (lane.release(now) ?? []) : [],
    );
    this.#offered.clear();
    if (releases.length === 0) return;
    this.#releasing = this.keeper
      .release(releases)
      .then((kept) => {
        this.#failures = 0;
        for (const lane of kept) this.options.touch(lane);
      })
      .catch((error: unknown) => {
        for (const { transportId } of releases) this.keeper.get(transportId)?.doubted();
        this.options.onError(error, ++this.#failures);
      })
      .finally(() => {
        this.#releasing = undefined;
        this.options.madeRoom();
        this.release();
      });
  }

  /** Resolves when what is under way has ended. */
  async settled(): Promise<void> {
    await this.#releasing;
  }
}
