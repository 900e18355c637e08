/** How to wait: `withinMs` (default 10,000) is the deadline, `what` says in the error what was waited for. */
export interface EventuallyOptions {
  what?: string;
  withinMs?: number;
}

const POLL_MS = 10;

/**
 * Calls `probe` until it neither throws nor returns `false` or `undefined`, and returns what it returned.
 *
 * @throws {Error} at the deadline, with the last answer of the probe as the cause.
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  { what = 'what the test waits for', withinMs = 10_000 }: EventuallyOptions = {},
): Promise<Exclude<T, false | undefined>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const last = await attempt(probe);
    if (last.done) return last.value;
    if (performance.now() > deadline) {
      throw new Error(`Not within ${withinMs} ms: ${what} (last: ${last.reason})`, { cause: last.cause });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
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
