// The three forms of RFC 9110 §5.6.7. Date.parse alone would also accept "abc 5" as a date.
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC_850 = /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * How long a `Retry-After` header asks to wait, in ms: from whole seconds or an HTTP date. A date that has passed is 0. Any
 * other value is undefined, as if there were no header.
 *
 * @param nowMs the instant from which a date is measured, milliseconds since the epoch
 */
export function parseRetryAfterMs(value: string, nowMs: number): number | undefined {
  const text = value.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, Number.MAX_SAFE_INTEGER);
  const date = parseHttpDate(text);
  return date === undefined ? undefined : Math.max(0, date - nowMs);
}

function parseHttpDate(text: string): number | undefined {
  let date = Number.NaN;
  if (IMF_FIXDATE.test(text) || RFC_850.test(text)) date = Date.parse(text);
  // The asctime form has no time zone and means UTC.
  else if (ASCTIME.test(text)) date = Date.parse(`${text} GMT`);
  return Number.isNaN(date) ? undefined : date;
}
