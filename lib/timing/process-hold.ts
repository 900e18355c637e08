let mayEnd = false;

/**
 * Whether loops and connections of the module let the process end. In production they keep it alive: a process with
 * a worker and no HTTP server would otherwise end. In a test, an app that nobody closed must not keep the test runner alive.
 */
export const mayProcessEnd = (): boolean => mayEnd;

/** From now on, loops and connections of the module in this process no longer keep it alive. For tests only. */
export function letProcessEnd(): void {
  mayEnd = true;
}

/** A timer that keeps the process alive unless `letProcessEnd` was called. */
export function loopTimeout(callback: () => void, ms: number): NodeJS.Timeout {
  const timer = setTimeout(callback, ms);
  if (mayEnd) timer.unref();
  return timer;
}
