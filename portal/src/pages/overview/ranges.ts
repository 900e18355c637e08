/** Periods that the overview can show, with buckets that make about 30 to 60 points. */
export const RANGES = [
  { key: 'hour', ms: 3_600_000, bucket: 'minute' },
  { key: 'day', ms: 86_400_000, bucket: 'hour' },
  { key: 'week', ms: 7 * 86_400_000, bucket: 'hour' },
  { key: 'month', ms: 30 * 86_400_000, bucket: 'day' },
] as const;
export type Range = (typeof RANGES)[number];

/** @param key value from the URL, which may be anything */
export const rangeOf = (key: string | undefined): Range =>
  RANGES.find((range) => range.key === key) ?? RANGES[1];
