import { recoveryUidOf } from '../../domain/uid.js';
import { isTransient } from '../../persistence/errors/is-transient.js';
import { PollLoop } from '../../timing/poll-loop.js';
import { withDeadline } from '../../timing/with-deadline.js';
import { LEASE_MS, type RecoveryContext } from './recovery-context.js';
import { RecoveryRun } from './recovery-run.js';

/** Jobs that one process works on at a time, by default. */
const MOST_JOBS = 32;
/** A process that works on that many jobs releases one that has made no progress for this time, in ms, to claim another one. */
const IDLE_MS = 2_000;
/** Time from one step of the jobs to the next, in ms. */
const STEP_EVERY_MS = 50;
/** While this process holds jobs, it looks for further ones this often, in ms. */
const CLAIM_EVERY_MS = 1_000;
/** Delay until a job is tried again after one of its steps has failed, in ms. */
const RETRY_MS = 5_000;
/** Time limits of a stop, in ms: for the current step, and for releasing the jobs. A lease that is not released ends by itself. */
const STOP_LIMIT_MS = 1_000;

export interface RecoveryWorkerOptions {
  /** Identifies the process. */
  readonly holder: string;
  /** The environment of this process; '': none. */
  readonly environment: string;
  /** Interval between looks for jobs, in ms, while this process holds none. Called after each look. */
  readonly pollMs: () => number;
  /** Jobs that this process works on at a time. Default: 32. */
  readonly mostJobs?: number;
}

/**
 * Works on the jobs that recover and replay. Any number of processes may run it at once: a job is held by a lease, and each of
 * its steps is a transaction that changes nothing if another process holds the job by then. One step does not check the holder:
 * the deletion of the items of a job that has ended.
 */
export class RecoveryWorker {
  readonly #loop: PollLoop;
  readonly #runs = new Map<number, RecoveryRun>();
  #claimedAt = -Infinity;
  #isEnabled = true;
  #isStopped = false;

  constructor(
    private readonly context: RecoveryContext,
    private readonly options: RecoveryWorkerOptions,
  ) {
    this.#loop = new PollLoop({
      pollMs: () => (this.#runs.size > 0 ? STEP_EVERY_MS : options.pollMs()),
      round: () => this.#round(),
      onError: (error, failures) => {
        if (failures === 1) this.#warn('Looking for recoveries failed', error);
      },
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** Looks for jobs to claim at once. */
  wake(): void {
    this.#claimedAt = -Infinity;
    this.#loop.wake();
  }

  /** If disabled, works on nothing: the database may belong to another environment. */
  setEnabled(isEnabled: boolean): void {
    this.#isEnabled = isEnabled;
    if (isEnabled) this.#loop.wake();
  }

  /** Waits until the current step has ended, and releases the jobs, so that other processes continue them. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await withDeadline(this.#loop.stop(), performance.now() + STOP_LIMIT_MS);
    const released = Promise.all([...this.#runs.values()].map((run) => run.release().catch(() => undefined)));
    await withDeadline(released, performance.now() + STOP_LIMIT_MS);
    this.#runs.clear();
  }

  async #round(): Promise<false> {
    if (!this.#isEnabled) {
      // Nothing is written: the database may not be this environment's any more. The leases end by themselves.
      this.#runs.clear();
      return false;
    }
    await this.#claim();
    for (const run of this.#runs.values()) {
      if (this.#isStopped || !this.#isEnabled) break;
      if (run.isDue) await this.#step(run);
    }
    return false;
  }

  async #claim(): Promise<void> {
    const { holder, environment, mostJobs = MOST_JOBS } = this.options;
    const at = performance.now();
    if (this.#runs.size > 0 && at - this.#claimedAt < CLAIM_EVERY_MS) return;
    this.#claimedAt = at;
    if (this.#runs.size >= mostJobs) await this.#makePlace(at);
    const capacity = mostJobs - this.#runs.size;
    if (capacity === 0) return;
    for (const job of await this.context.jobs.claim(holder, LEASE_MS, capacity, environment))
      this.#runs.set(job.id, new RecoveryRun(job, this.context));
  }

  /** Releases the job that has made no progress for the longest time, such as one whose receiver does not respond. */
  async #makePlace(at: number): Promise<void> {
    const [idle] = [...this.#runs.values()].sort((a, b) => a.progressedAt - b.progressedAt);
    if (!idle || at - idle.progressedAt < IDLE_MS) return;
    this.#runs.delete(idle.id);
    // It is due now, so a job that has been due for longer is claimed first. If this fails, its lease ends by itself.
    await idle.release().catch(() => undefined);
  }

  /** One job that fails does not stop the others. */
  async #step(run: RecoveryRun): Promise<void> {
    try {
      if (!(await run.step())) this.#runs.delete(run.id);
    } catch (error) {
      this.#runs.delete(run.id);
      this.#warn(
        `A step of recovery ${recoveryUidOf(run.id)} failed; it is tried again in ${RETRY_MS / 1_000} s`,
        error,
      );
      await run.release(RETRY_MS).catch(() => undefined);
    }
  }

  /** While the database is unreachable or lacks tables, other parts of the process report it. */
  #warn(message: string, error: unknown): void {
    if (!isTransient(error)) this.context.warn(message, error);
  }
}
