import type { Places } from '../../domain/places.js';
import type { DueLane } from '../../persistence/lane-store.js';

/** What a claim has to know of a lane beforehand. */
export type LaneCandidate = Pick<DueLane, 'transportId' | 'tenantUid' | 'origin' | 'encryptedWith'> & {
  /** When it became due, database's clock in ms; null: just now, in this process. */
  readonly dueAt: number | null;
};

export interface ChoiceRules {
  /** Whether this process can and should claim the lane at all. */
  readonly isUsable: (lane: LaneCandidate) => boolean;
  /**
   * Only lanes that are due since then: a busy process leaves the others to idle processes for a moment. Newcomers are
   * exempt. Infinity: all.
   */
  readonly dueBefore: number;
}

export interface Choice {
  readonly chosen: readonly LaneCandidate[];
  /** Whether a usable lane was refused for lack of places. */
  readonly isShort: boolean;
}

/**
 * Which of the candidates to claim, in their order: as many as there are places for their tenants and origins. It takes
 * the places of the chosen ones, so that the lanes of one claim count against each other; give back those of lanes
 * that another process claimed first.
 */
export function chooseLanes(
  candidates: Iterable<LaneCandidate>,
  places: Places,
  { isUsable, dueBefore }: ChoiceRules,
): Choice {
  const chosen: LaneCandidate[] = [];
  let isShort = false;
  for (const lane of candidates) {
    const { tenantUid, origin, dueAt } = lane;
    if (!isUsable(lane)) continue;
    const isTooFresh = dueAt !== null && dueAt > dueBefore;
    if (isTooFresh && !places.isNewcomer(tenantUid, origin)) continue;
    if (!places.admits(tenantUid, origin)) {
      isShort = true;
      continue;
    }
    places.take(tenantUid, origin);
    chosen.push(lane);
  }
  return { chosen, isShort };
}
