import { useCallback, useEffect, useRef, useState, type Inputs } from 'preact/hooks';

export interface Query<T> {
  /** The last result; it stays while a newer one is loaded. */
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** Loads again. */
  readonly reload: () => void;
  /** Replaces the result, e.g. by the response to a change. */
  readonly setData: (data: T) => void;
}

/**
 * Loads something when the component appears, and again when an input changes. A result that arrives after a newer request
 * has begun is ignored.
 *
 * @param load throws to report an error
 * @param inputs values that `load` depends on
 * @param pollMs how often to load again while the page is visible, in ms; undefined: never
 */
export function useQuery<T>(
  load: (signal: AbortSignal) => Promise<T>,
  inputs: Inputs,
  { pollMs }: { readonly pollMs?: number | undefined } = {},
): Query<T> {
  const [state, setState] = useState<{ data?: T; error?: unknown; isLoading: boolean }>({ isLoading: true });
  const running = useRef<AbortController | undefined>(undefined);
  const latest = useRef(load);
  latest.current = load;

  const run = useCallback(() => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setState((before) => ({ ...before, isLoading: true }));
    latest.current(controller.signal).then(
      (data) => {
        if (!controller.signal.aborted) setState({ data, isLoading: false });
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setState(({ data }) => ({ data: data!, error, isLoading: false }));
      },
    );
  }, []);

  useEffect(() => {
    setState(({ data }) => ({ data: data!, isLoading: true }));
    run();
    return () => running.current?.abort();
  }, inputs);

  useEffect(() => {
    if (pollMs === undefined) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') run();
    }, pollMs);
    return () => clearInterval(timer);
  }, [pollMs, run]);

  const setData = useCallback((data: T) => setState({ data, isLoading: false }), []);
  return { data: state.data, error: state.error, isLoading: state.isLoading, reload: run, setData };
}
