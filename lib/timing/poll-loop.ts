import { loopTimeout } from './process-hold.js';

/** Wait after a failed round, in ms. It doubles up to `LONGEST_BACKOFF_MS`, so that an unavailable database is not flooded with queries. */
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;
/** See `RoundResult`. */
const REST_FACTOR = 10;
/** Maximum length of a rest, in ms: a round that was slow because of a lock or the network must not delay the next one for long. */
const LONGEST_REST_MS = 2_000;

/**
 * The result of a round. `true`: there is more to do, so the next round follows at once. `false`: the loop waits until the
 * next poll. `rest`: like `false`, but the round found nothing. In that case the loop waits for at least ten times the
 * duration of the round, or two seconds if that is shorter. So rounds that find nothing take at most about a tenth of the
 * time, as long as each takes no more than 200 ms. That matters while a foreign snapshot (a backup, a report) keeps dead rows
 * alive, which every round has to read.
 */
export type RoundResult = boolean | 'rest';

export interface PollLoopOptions {
  /**
   * Time from the start of a round to the start of the next one, in ms, if the round found nothing more to do. A function is
   * called after each round.
   */
  pollMs: number | (() => number);
  round: () => Promise<RoundResult>;
  /** Called after a failed round. `failures` is the number of failures in a row. */
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

  /** Something may have to be done: the next round does not wait for the poll. It does wait for the pause after a failed round. */
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
        // Measured from start to start, so that the duration of a round does not add to the latency of other processes' work.
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
