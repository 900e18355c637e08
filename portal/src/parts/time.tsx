import { useEffect, useState } from 'preact/hooks';
import { usePortal } from '../app/portal-context.tsx';

/** How often relative times are written anew, in ms. */
const TICK_MS = 10_000;

/** A point in time: local, with UTC in the tooltip. `relative`: as a distance from now, with both in the tooltip. */
export function Time({ at, relative = false }: { at: string; relative?: boolean }) {
  const { formats } = usePortal();
  const [, tick] = useState(0);
  useEffect(() => {
    if (!relative) return undefined;
    const timer = setInterval(() => tick((count) => count + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [relative]);
  const title = relative
    ? `${formats.dateTime(at)} ${formats.timeZone}\n${formats.utc(at)}`
    : `${formats.relative(at)}\n${formats.utc(at)}`;
  return (
    <time dateTime={at} title={title}>
      {relative ? formats.relative(at) : formats.shortTime(at)}
    </time>
  );
}
