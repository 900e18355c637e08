import type { Places } from '../../domain/places.js';
import type { DueLane } from '../../persistence/ports/lane-store.js';

/** The data of a lane that a claim needs beforehand. */
export type LaneCandidate = Pick<DueLane, 'transportId' | 'tenantUid' | 'origin' | 'encryptedWith'> & {
  /** When it became due, ms since the epoch on the database's clock; null: this process has just added work to it. */
  readonly dueAt: number | null;
};

export interface ChoiceRules {
  /** Whether this process can and should claim the lane at all. */
  readonly isUsable: (lane: LaneCandidate) => boolean;
  /**
   * Instant on the database's clock, ms since the epoch. Only lanes that became due by then are claimed: a busy process leaves
   * newer ones to idle processes. Lanes of newcomers (see `Places`) are exempt. Infinity: no limit.
   */
  readonly dueBefore: number;
}

export interface Choice {
  readonly chosen: readonly LaneCandidate[];
  /** Whether a usable lane was refused for lack of places. */
  readonly isShort: boolean;
}

/**
 * Chooses the candidates to claim, in their order, while there are places for their tenants and origins. It takes the places
 * of the chosen lanes, so that the lanes of one claim count against each other. The caller releases the places of lanes
 * that it could not claim.
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
    places.acquire(tenantUid, origin);
    chosen.push(lane);
  }
  return { chosen, isShort };
}
