/** Maximum number of look-ups under way in this process. */
const MAX_LOOKUPS = 128;
/** Maximum number of look-ups under way for one group (a tenant), so that its slow names delay no other group. */
const MAX_LOOKUPS_PER_GROUP = 16;

interface Waiting {
  readonly group: string;
  readonly start: () => void;
}

/** Limits the look-ups that are under way in the process and in each group. Further look-ups wait. */
export class LookupGate {
  readonly #running = new Map<string, number>();
  #total = 0;
  #waiting: Waiting[] = [];

  /** Runs `task` as soon as the limits allow it, first come, first served. @throws the error of `task` */
  async run<T>(group: string, task: () => Promise<T>): Promise<T> {
    if (!this.#hasFreeLookup(group)) {
      await new Promise<void>((start) => this.#waiting.push({ group, start }));
    } else {
      this.#enter(group);
    }
    try {
      return await task();
    } finally {
      this.#leave(group);
    }
  }

  #hasFreeLookup(group: string): boolean {
    return this.#total < MAX_LOOKUPS && (this.#running.get(group) ?? 0) < MAX_LOOKUPS_PER_GROUP;
  }

  #enter(group: string): void {
    this.#total += 1;
    this.#running.set(group, (this.#running.get(group) ?? 0) + 1);
  }

  #leave(group: string): void {
    const left = this.#running.get(group)! - 1;
    this.#total -= 1;
    if (left === 0) this.#running.delete(group);
    else this.#running.set(group, left);
    const next = this.#waiting.findIndex((waiting) => this.#hasFreeLookup(waiting.group));
    if (next === -1) return;
    const waiting = this.#waiting.splice(next, 1)[0]!;
    // Count the look-up here and not when its promise continues: another one may start in between.
    this.#enter(waiting.group);
    waiting.start();
  }
}
