import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Largest share of pixels that may differ, 0 to 1. Two runs of one Chromium do not differ at all; `README.md` says what other
 * settings of the browser change.
 */
export const MOST_DIFFERENT = 0.001;

/** How an image differs from the expected one. */
export interface Difference {
  /** Share of pixels that differ, 0 to 1. Images of different sizes differ everywhere. */
  readonly share: number;
  /** PNG that shows in red where they differ. */
  readonly image: Uint8Array;
}

/** Reduces and compares PNG files, one after the other. Close it. */
export class Images {
  readonly #worker = new Worker(new URL('./image-worker.mjs', import.meta.url));
  #last = Promise.resolve<unknown>(undefined);

  /** A quarter of the width and the height, in a few kilobytes. */
  reduce(file: Uint8Array): Promise<Uint8Array> {
    return this.#run('reduce', file);
  }

  /** @param expected a reduced image */
  compare(expected: Uint8Array, file: Uint8Array): Promise<Difference> {
    return this.#run('compare', expected, file);
  }

  /** The same image in fewer bytes. */
  shrink(file: Uint8Array): Promise<Uint8Array> {
    return this.#run('shrink', file);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #run<Result>(name: string, ...files: Uint8Array[]): Promise<Result> {
    const result = this.#last.then(async () => {
      const reply = once(this.#worker, 'message');
      this.#worker.postMessage({ name, files });
      const [{ result, error }] = (await reply) as [{ result: Result; error?: Error }];
      if (error) throw error;
      return result;
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}
