import { useEffect, useState } from 'preact/hooks';

/** How long a value must stay the same, in ms. Filters change with each letter, and a request for each letter would be wasted. */
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
