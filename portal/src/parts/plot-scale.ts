/** Rounds up to a value that is easy to read on an axis: 1, 2 or 5 times a power of ten. */
export function niceMaximum(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((step) => step * power >= value)!;
  return factor * power;
}

/** At most `count` indexes, evenly spread over a list, for labels of an axis. */
export function spread(length: number, count: number): readonly number[] {
  const step = Math.max(1, Math.ceil(length / count));
  return Array.from({ length: Math.ceil(length / step) }, (_, index) => index * step);
}
