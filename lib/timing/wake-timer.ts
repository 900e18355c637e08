import { loopTimeout } from './process-hold.js';

/**
 * Calls back for many subjects, each at its own time, with a single timer. It is meant for hundreds of subjects, because it
 * iterates over all of them to find the next due time.
 */
export class WakeTimer<Subject> {
  /** When each subject is due, on the clock of performance.now(). */
  readonly #dueAt = new Map<Subject, number>();
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Infinity;

  constructor(private readonly onDue: (subject: Subject) => void) {}

  /** Calls back for the subject after `delayMs`. This replaces the time of a previous call. */
  set(subject: Subject, delayMs: number): void {
    const at = performance.now() + delayMs;
    this.#dueAt.set(subject, at);
    if (at < this.#firesAt) this.#arm(at);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#dueAt.clear();
    this.#firesAt = Infinity;
  }

  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#firesAt = at;
    this.#timer = loopTimeout(() => this.#fire(), Math.max(0, at - performance.now()));
  }

  #fire(): void {
    // A timer may fire up to a millisecond early.
    const now = performance.now() + 1;
    this.#firesAt = Infinity;
    let next = Infinity;
    for (const [subject, at] of this.#dueAt) {
      if (at > now) {
        next = Math.min(next, at);
        continue;
      }
      this.#dueAt.delete(subject);
      this.onDue(subject);
    }
    if (next < this.#firesAt) this.#arm(next);
  }
}
