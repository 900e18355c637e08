/**
 * Waits before something that may soon not be needed any more, such as a request for a row that scrolls by.
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
