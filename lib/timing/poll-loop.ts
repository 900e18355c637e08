import { loopTimeout } from './process-hold.js';

/** After a failed round the loop waits this long, doubled up to the longest, so that a database that is away is not hammered. */
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;
/** See `RoundResult`. */
const REST_FACTOR = 10;
/** A look that only had to wait (for a lock, for the network) must not blind a process for long. */
const LONGEST_REST_MS = 2_000;

/**
 * What a round says. True: there is more, go on at once. False: wait for the poll. `rest`: as false, but it was a look in
 * vain, so rest ten times as long as it took if that is longer (at most 2 s), so that looking in vain costs a tenth of the
 * time. That matters where a foreign snapshot (a backup, a report) keeps dead rows alive, which every look has to walk over.
 */
export type RoundResult = boolean | 'rest';

export interface PollLoopOptions {
  /** How long to wait after a round that found nothing more to do. A function is asked after each round. */
  pollMs: number | (() => number);
  round: () => Promise<RoundResult>;
  /** Told about a failed round; `failures` counts those in a row. */
  onError: (error: unknown, failures: number) => void;
}

/**
 * Runs rounds one after another until it is stopped: at once while there is more to do or when it was woken, else
 * after `pollMs`. A wake-up during a round is not lost: another round follows.
 */
export class PollLoop {
  #running: Promise<void> | undefined;
  #stopped = false;
  #woken = false;
  #endWait: (() => void) | undefined;

  constructor(private readonly options: PollLoopOptions) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** Something may have to be done: do not wait for the poll. */
  wake(): void {
    this.#woken = true;
    this.#endWait?.();
  }

  /** Resolves when the round that is running has ended; no other will start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endWait?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopped) {
      this.#woken = false;
      const startedAt = performance.now();
      let result: RoundResult = false;
      try {
        result = await this.options.round();
        failures = 0;
      } catch (error) {
        failures++;
        this.options.onError(error, failures);
      }
      if (failures > 0) await this.#wait(backoffMs(failures), { wakeable: false });
      else if (result !== true && !this.#woken) {
        // From start to start, so that what a round costs does not add to the latency of other processes' work.
        const endedAt = performance.now();
        const restMs = result === 'rest' ? Math.min(REST_FACTOR * (endedAt - startedAt), LONGEST_REST_MS) : 0;
        const { pollMs } = this.options;
        const waitMs = (typeof pollMs === 'number' ? pollMs : pollMs()) - (endedAt - startedAt);
        await this.#wait(Math.max(restMs, waitMs), { wakeable: true });
      }
    }
  }

  async #wait(ms: number, { wakeable }: { wakeable: boolean }): Promise<void> {
    if (this.#stopped) return;
    await new Promise<void>((resolve) => {
      const timer = loopTimeout(resolve, ms);
      this.#endWait = () => {
        if (!wakeable && !this.#stopped) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endWait = undefined;
  }
}

const backoffMs = (failures: number): number =>
  Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS);
