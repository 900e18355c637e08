import { instantOf } from '../deliveries/filters.ts';

/** Periods that end now. */
export const PERIODS = [
  { key: 'hour', ms: 3_600_000 },
  { key: 'day', ms: 86_400_000 },
  { key: 'week', ms: 7 * 86_400_000 },
] as const;

export interface Period {
  /** ISO 8601 */
  readonly since: string;
  /** ISO 8601; undefined: now. */
  readonly until: string | undefined;
}

/**
 * The chosen period.
 *
 * @param key one of `PERIODS`; any other key stands for a period that the user enters
 * @param from start as `<input type="datetime-local">` writes it
 * @returns undefined if the start is missing
 */
export function periodOf(key: string, from: string, to: string, now = Date.now()): Period | undefined {
  const period = PERIODS.find((candidate) => candidate.key === key);
  if (period) return { since: new Date(now - period.ms).toISOString(), until: undefined };
  const since = instantOf(from);
  return since === undefined ? undefined : { since, until: instantOf(to) };
}
