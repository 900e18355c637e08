import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4_096;

/** Random bytes, read from the operating system in bulk: one call per uid would cost more than all checks of an emit together. */
export class RandomPool {
  readonly #bytes = Buffer.alloc(POOL_BYTES);
  #used = POOL_BYTES;

  /**
   * Returns bytes that were never returned before, as a view that is valid until the next call.
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
