import type { RecoveryCandidate } from '../../persistence/ports/recovery-store.js';

/** The next part of a window. */
export interface WindowPart {
  /** Candidates whose body is stored. */
  readonly sendable: readonly RecoveryCandidate[];
  /** Number of candidates whose body is not stored any more. */
  readonly gone: number;
  /** Id of an event. When this part is in the database, no candidate up to this event is left. */
  readonly cursorId: number;
}

/**
 * Candidates that were read ahead, in the order of events. A job enqueues few deliveries at a time, so it reads many
 * candidates at once and keeps them in memory. After a crash they are read again from the job's cursor.
 */
export class CandidateWindow {
  #candidates: readonly RecoveryCandidate[] = [];
  #next = 0;
  #readTo = 0;

  /** Whether all candidates were taken. */
  get isEmpty(): boolean {
    return this.#next >= this.#candidates.length;
  }

  /** @param readTo everything up to this event was read, including events that are no candidates */
  fill(candidates: readonly RecoveryCandidate[], readTo: number): void {
    this.#candidates = candidates;
    this.#next = 0;
    this.#readTo = readTo;
  }

  /** Forgets the candidates that were not taken: they are read again from the job's cursor. */
  clear(): void {
    this.fill([], 0);
  }

  /** The next candidates, with at most `most` whose body is stored. Nothing is taken before `taken` is called. */
  peek(most: number): WindowPart {
    const sendable: RecoveryCandidate[] = [];
    let gone = 0;
    let index = this.#next;
    for (; index < this.#candidates.length; index++) {
      const candidate = this.#candidates[index]!;
      if (!candidate.hasBody) gone++;
      else if (sendable.length < most) sendable.push(candidate);
      else break;
    }
    const isAll = index === this.#candidates.length;
    const cursorId = isAll ? this.#readTo : this.#candidates[index - 1]!.eventId;
    return { sendable, gone, cursorId };
  }

  /** Call this when the part is in the database. */
  taken({ sendable, gone }: WindowPart): void {
    this.#next += sendable.length + gone;
  }
}
