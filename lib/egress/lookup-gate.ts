/** Look-ups under way in this process. */
const MAX_LOOKUPS = 128;
/** Look-ups under way for one group (a tenant), so that its slow names delay no other group. */
const MAX_LOOKUPS_PER_GROUP = 16;

interface Waiting {
  readonly group: string;
  readonly start: () => void;
}

/** Lets look-ups pass while neither the process nor their group has too many under way; the others queue. */
export class LookupGate {
  readonly #running = new Map<string, number>();
  #total = 0;
  #waiting: Waiting[] = [];

  /** Runs `task` as soon as there is room, first come, first served within what the caps allow. */
  async run<T>(group: string, task: () => Promise<T>): Promise<T> {
    if (!this.#hasRoom(group)) {
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

  #hasRoom(group: string): boolean {
    return this.#total < MAX_LOOKUPS && (this.#running.get(group) ?? 0) < MAX_LOOKUPS_PER_GROUP;
  }

  #enter(group: string): void {
    this.#total += 1;
    this.#running.set(group, (this.#running.get(group) ?? 0) + 1);
  }

  #leave(group: string): void {
    const left = (this.#running.get(group) ?? 1) - 1;
    this.#total -= 1;
    if (left === 0) this.#running.delete(group);
    else this.#running.set(group, left);
    const next = this.#waiting.findIndex((waiting) => this.#hasRoom(waiting.group));
    if (next === -1) return;
    const [waiting] = this.#waiting.splice(next, 1);
    if (!waiting) return;
    // The place is taken here and not when the promise continues: others may ask for room in between.
    this.#enter(waiting.group);
    waiting.start();
  }
}
