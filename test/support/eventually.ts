/** How to wait: `withinMs` (default 10,000) is the deadline, `what` describes in the error what did not happen. */
export interface EventuallyOptions {
  what?: string;
  withinMs?: number;
}

/** The pause between two probes is a twentieth of the time waited so far, within these limits: a long wait costs little. */
const [LEAST_PAUSE_MS, MOST_PAUSE_MS] = [10, 100];

/**
 * Calls `probe` until it neither throws nor returns `false` or `undefined`, and returns what it returned.
 *
 * @throws {Error} at the deadline, with the last error of the probe as the cause, if it threw one
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  { what = 'what the test waits for', withinMs = 10_000 }: EventuallyOptions = {},
): Promise<Exclude<T, false | undefined>> {
  const startedAt = performance.now();
  for (;;) {
    const last = await attempt(probe);
    if (last.done) return last.value;
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > withinMs) {
      throw new Error(`Not within ${withinMs} ms: ${what} (last: ${last.reason})`, { cause: last.cause });
    }
    const pauseMs = Math.min(Math.max(waitedMs / 20, LEAST_PAUSE_MS), MOST_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

type Attempt<T> =
  { done: true; value: Exclude<T, false | undefined> } | { done: false; reason: string; cause?: unknown };

async function attempt<T>(probe: () => T | Promise<T>): Promise<Attempt<T>> {
  try {
    const value = await probe();
    if (value === false || value === undefined) return { done: false, reason: String(value) };
    return { done: true, value: value as Exclude<T, false | undefined> };
  } catch (cause) {
    return { done: false, reason: String(cause), cause };
  }
}
