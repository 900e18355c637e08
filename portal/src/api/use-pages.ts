import { useCallback, useEffect, useRef, useState, type Inputs } from 'preact/hooks';

export interface LoadedPage<T> {
  readonly items: readonly T[];
  /** The cursor of the next page; null: this is the last one. */
  readonly next: string | null;
}

export interface Pages<T> {
  readonly items: readonly T[];
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly hasMore: boolean;
  /** Loads the next page; does nothing while one is being loaded. */
  readonly loadMore: () => void;
  /** Starts again with the first page. The present items stay until it has arrived. */
  readonly reload: () => void;
  /** Puts the items of a newer first page before the others, and replaces those with the same key. */
  readonly mergeNewest: (newest: readonly T[]) => void;
}

/**
 * A list that is loaded page by page while the user scrolls.
 *
 * @param load loads the page for a cursor; null: the first page
 * @param keyOf identifies an item
 * @param inputs values that `load` depends on: if one changes, the list starts anew
 */
export function usePages<T>(
  load: (cursor: string | null, signal: AbortSignal) => Promise<LoadedPage<T>>,
  keyOf: (item: T) => string,
  inputs: Inputs,
): Pages<T> {
  const [items, setItems] = useState<readonly T[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<unknown>();
  const [isLoading, setLoading] = useState(true);
  const running = useRef<AbortController | undefined>(undefined);
  const latest = useRef({ load, keyOf });
  latest.current = { load, keyOf };

  const fetchPage = useCallback((cursor: string | null) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setLoading(true);
    setError(undefined);
    latest.current.load(cursor, controller.signal).then(
      (page) => {
        if (controller.signal.aborted) return;
        setItems((before) => (cursor === null ? page.items : [...before, ...page.items]));
        setNext(page.next);
        setLoading(false);
      },
      (thrown: unknown) => {
        if (controller.signal.aborted) return;
        setError(thrown);
        setLoading(false);
      },
    );
  }, []);

  useEffect(() => {
    setItems([]);
    fetchPage(null);
    return () => running.current?.abort();
  }, inputs);

  const loadMore = useCallback(() => {
    if (!isLoading && next !== null) fetchPage(next);
  }, [isLoading, next, fetchPage]);
  const reload = useCallback(() => fetchPage(null), [fetchPage]);
  const mergeNewest = useCallback((newest: readonly T[]) => {
    const keys = new Set(newest.map((item) => latest.current.keyOf(item)));
    setItems((before) => [...newest, ...before.filter((item) => !keys.has(latest.current.keyOf(item)))]);
  }, []);
  return { items, error, isLoading, hasMore: next !== null, loadMore, reload, mergeNewest };
}
