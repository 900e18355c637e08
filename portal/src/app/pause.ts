/**
 * Waits, for something that may not be needed any more in a moment.
 *
 * @param ms at least 0
 * @throws the reason of `signal` as soon as it is aborted
 */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
