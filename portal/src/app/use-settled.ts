import { useEffect, useState } from 'preact/hooks';

/** Filters change with each letter; requests wait until the user pauses, in ms. */
const PAUSE_MS = 250;

/** A value once it has stayed the same for a moment. */
export function useSettled<T>(value: T): T {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
