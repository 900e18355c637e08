/** Rounds up to a value that is easy to read on an axis: 1, 2 or 5 times a power of ten. */
export function niceMaximum(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((step) => step * power >= value)!;
  return factor * power;
}

/** Ends of a time axis in ms; half of each is easy to read, too. */
const DURATIONS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 4_000, 10_000, 20_000, 40_000, 60_000],
  ...[2, 4, 10, 20, 40, 60].map((minutes) => minutes * 60_000),
  ...[2, 4, 8, 12, 24].map((hours) => hours * 3_600_000),
];

/** Rounds a duration in ms up to one whose half is easy to read on an axis. Above a day: whole even days. */
export function niceDuration(ms: number): number {
  const twoDays = 2 * 86_400_000;
  return DURATIONS.find((end) => end >= ms) ?? Math.ceil(ms / twoDays) * twoDays;
}

/** At most `count` indexes, evenly spread over a list, for labels of an axis. */
export function spread(length: number, count: number): readonly number[] {
  const step = Math.max(1, Math.ceil(length / count));
  return Array.from({ length: Math.ceil(length / step) }, (_, index) => index * step);
}
