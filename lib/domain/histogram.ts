/*
 * Histograms of durations with fixed bounds on a logarithmic scale. Two histograms are merged by adding their counts, so
 * they can be stored for each minute and summed up over any time. Bucket 0 holds durations up to 1 ms, and bucket b those
 * above RATIO^(b-1) ms up to RATIO^b ms.
 */

/** Ratio of two neighbouring bounds. A percentile is reported as the geometric mean of its bucket's bounds. */
const RATIO = 1.2;
/** Maximum relative error of a percentile: about 0.095. */
export const HISTOGRAM_ERROR = Math.sqrt(RATIO) - 1;
/** The last bucket holds everything above about 25 days. */
const LAST_BUCKET = 119;

/** Counts by bucket, without the zeros at the end. */
export type Histogram = readonly number[];

/** @param ms a duration, at least 0 */
export const bucketOf = (ms: number): number =>
  ms <= 1 ? 0 : Math.min(LAST_BUCKET, Math.ceil(Math.log(ms) / Math.log(RATIO) - 1e-9));

/** A histogram that counts durations. */
export class DurationCounter {
  readonly #counts: number[] = [];

  add(ms: number): void {
    const bucket = bucketOf(ms);
    while (this.#counts.length <= bucket) this.#counts.push(0);
    this.#counts[bucket]! += 1;
  }

  merge(other: Histogram): void {
    other.forEach((count, bucket) => {
      while (this.#counts.length <= bucket) this.#counts.push(0);
      this.#counts[bucket]! += count;
    });
  }

  get histogram(): Histogram {
    return this.#counts;
  }
}

/**
 * @param share 0 to 1, e.g. 0.95
 * @returns the duration in ms that this share of all durations does not exceed; undefined: nothing was counted. From 1 ms to
 *   about 25 days, its relative error is at most `HISTOGRAM_ERROR`; a shorter duration counts as 1 ms
 */
export function percentile(histogram: Histogram, share: number): number | undefined {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let rank = Math.max(1, Math.ceil(total * share));
  const bucket = histogram.findIndex((count) => (rank -= count) <= 0);
  return bucket === 0 ? 1 : RATIO ** (bucket - 0.5);
}
