import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4_096;

/** Random bytes, drawn from the operating system in bulk: one call per uid costs more than the rest of an emit's checks. */
export class RandomPool {
  readonly #bytes = Buffer.alloc(POOL_BYTES);
  #used = POOL_BYTES;

  /**
   * Bytes that were never handed out before, as a view that is good until the next call.
   *
   * @param size at most 4,096
   */
  readonly take = (size: number): Uint8Array => {
    if (this.#used + size > POOL_BYTES) {
      randomFillSync(this.#bytes);
      this.#used = 0;
    }
    this.#used += size;
    return this.#bytes.subarray(this.#used - size, this.#used);
  };
}
