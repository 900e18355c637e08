import { appendFileSync } from 'node:fs';
import path from 'node:path';

/**
 * With `TEST_TIMES=<file>`, appends a line of JSON for what a group of spec files does: loads its modules, and runs its outermost suites.
 * `cpuMs` is the CPU time of the worker; PostgreSQL and processes that a test starts are not in it.
 */
export class TimeLog {
  #file = process.env.TEST_TIMES;
  #group;
  #last = now();

  /** @param {string} testPath the file that Jest runs */
  constructor(testPath) {
    this.#group = path.basename(testPath, '.spec.ts');
  }

  /** Appends a line with the time since the last call. @param {string} suite what has taken this time */
  record(suite) {
    const { at, wallMs, cpuMs } = now();
    const [tookMs, usedMs] = [wallMs - this.#last.wallMs, cpuMs - this.#last.cpuMs].map(Math.round);
    this.#last = { at, wallMs, cpuMs };
    if (this.#file === undefined) return;
    const line = { group: this.#group, worker: process.env.JEST_WORKER_ID, suite, tookMs, cpuMs: usedMs, at };
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

function now() {
  const { user, system } = process.cpuUsage();
  return { at: new Date().toISOString(), wallMs: performance.now(), cpuMs: (user + system) / 1_000 };
}
