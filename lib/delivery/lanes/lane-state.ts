/**
 * The states of a lane that this process holds, and the transitions between them:
 *
 *               claimed
 *                  │
 *                  ▼       nothing to do                released
 *     ┌─────────▶ OPEN ────────────────────▶ RELEASING ──────────▶ CLOSED
 *     │            │                           ▲     │
 *     │      drain │                           │     │
 *     │            ▼  nothing of it in flight  │     │
 *     │        DRAINING ───────────────────────┘     │
 *     │            ▲                                 │
 *     │            │         release failed          │
 *     └────────────┴─────────────────────────────────┘
 *
 * A lane also goes from any state to `CLOSED` if it is lost: its transport was deleted, another process has claimed it, or it was
 * released although the release seemed to have failed.
 *
 * - `OPEN`: rows are read and sent, as far as the transport's state, limits and lease allow.
 * - `DRAINING`: nothing more is read or sent. The lane is released as soon as nothing of it is in flight or awaiting its record.
 * - `RELEASING`: the release statement is under way. Nothing is read or sent.
 * - `CLOSED`: no longer held. Outcomes of requests that were in flight are still recorded, fenced by their attempt number.
 *
 * There is no state for a transport that is paused, blocked or at a limit: this is checked before each read and each request.
 */
export type LaneState = 'OPEN' | 'DRAINING' | 'RELEASING' | 'CLOSED';

const NEXT: Readonly<Record<LaneState, readonly LaneState[]>> = {
  OPEN: ['DRAINING', 'RELEASING', 'CLOSED'],
  DRAINING: ['RELEASING', 'CLOSED'],
  RELEASING: ['OPEN', 'DRAINING', 'CLOSED'],
  CLOSED: [],
};

/** @throws {Error} if there is no such transition, which is a bug of this module */
export function assertTransition(from: LaneState, to: LaneState): void {
  if (!NEXT[from].includes(to))
    throw new Error(`A lane cannot change from ${from} to ${to}. Please report this as a bug.`);
}

/** The state of one lane, which changes only as described for `LaneState`. */
export class LaneStateMachine {
  #state: LaneState = 'OPEN';
  /** The state to return to if the release fails. */
  #releasedFrom: 'OPEN' | 'DRAINING' = 'OPEN';

  get state(): LaneState {
    return this.#state;
  }

  /** Drains the lane. If a release is under way, the lane drains only if the release fails. */
  drain(): void {
    if (this.#state === 'OPEN') this.#become('DRAINING');
    else if (this.#state === 'RELEASING') this.#releasedFrom = 'DRAINING';
  }

  get mayRelease(): boolean {
    return this.#state === 'OPEN' || this.#state === 'DRAINING';
  }

  release(): void {
    if (this.#state === 'OPEN' || this.#state === 'DRAINING') this.#releasedFrom = this.#state;
    this.#become('RELEASING');
  }

  releaseFailed(): void {
    this.#become(this.#releasedFrom);
  }

  close(): void {
    this.#become('CLOSED');
  }

  #become(state: LaneState): void {
    assertTransition(this.#state, state);
    this.#state = state;
  }
}
