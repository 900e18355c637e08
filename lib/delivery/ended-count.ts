/** How old the database's count of a held lane may be. */
const TELL_EVERY_MS = 1_000;

/** How many deliveries have left a lane's queue since it exists, and whether the database should hear of it. */
export class EndedCount {
  #told: number;
  #toldAt: number;

  /** @param toldAt performance.now() */
  constructor(
    private count: number,
    toldAt: number,
  ) {
    this.#told = count;
    this.#toldAt = toldAt;
  }

  get total(): number {
    return this.count;
  }

  add(): void {
    this.count++;
  }

  /** The database knows of more: it found the lane empty. */
  raise(total: number): void {
    this.count = Math.max(this.count, total);
  }

  isDue(monotonicNow: number): boolean {
    return this.count > this.#told && monotonicNow - this.#toldAt >= TELL_EVERY_MS;
  }

  told(total: number, askedAt: number): void {
    this.#told = total;
    this.#toldAt = askedAt;
  }
}
