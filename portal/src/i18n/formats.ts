/** Writes times, durations and numbers in the language and the time zone of the user. */
export interface Formats {
  /** Date and time with seconds, in the chosen zone. */
  dateTime(instant: string | number): string;
  /** Time of day; with the date if it is not today, and with the year if it is not this year. */
  shortTime(instant: string | number): string;
  /** The same instant in UTC, for a tooltip. */
  utc(instant: string | number): string;
  /** E.g. `3 minutes ago`, `in 2 hours`. */
  relative(instant: string | number): string;
  /** E.g. `140 ms`, `2.4 s`, `3 h`. */
  duration(ms: number): string;
  number(value: number): string;
  percent(share: number): string;
  /** Name of the zone in which times are shown. */
  readonly timeZone: string;
}

const UNITS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/**
 * @param language as in BCP 47
 * @param zone IANA name of the time zone; null: the zone of the browser
 * @param now ms since the epoch
 */
export function formats(language: string, zone: string | null, now: () => number = Date.now): Formats {
  const timeZone = zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const full = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', timeZone });
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium', timeZone });
  // Without the year, for dates of this year: a table has no space for more.
  const ofYear = new Intl.DateTimeFormat(language, {
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
    timeZone,
  });
  const day = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeZone });
  const utc = new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone: 'UTC',
  });
  const ago = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const inUnit = (value: number, unit: string): string =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit,
      maximumFractionDigits: value < 10 ? 1 : 0,
    }).format(value);
  return {
    timeZone,
    dateTime: (instant) => full.format(new Date(instant)),
    shortTime: (instant) => {
      const date = new Date(instant);
      const [then, today] = [day.format(date), day.format(now())];
      if (then === today) return time.format(date);
      return (then.slice(0, 4) === today.slice(0, 4) ? ofYear : full).format(date);
    },
    utc: (instant) => `${utc.format(new Date(instant))} UTC`,
    relative: (instant) => {
      const ms = new Date(instant).getTime() - now();
      const [unit, length] = UNITS.find(([, size]) => Math.abs(ms) >= size) ?? UNITS.at(-1)!;
      return ago.format(Math.round(ms / length), unit);
    },
    duration: (ms) => {
      if (ms < 1_000) return inUnit(ms, 'millisecond');
      if (ms < 60_000) return inUnit(ms / 1_000, 'second');
      if (ms < 3_600_000) return inUnit(ms / 60_000, 'minute');
      return inUnit(ms / 3_600_000, 'hour');
    },
    number: (value) => number.format(value),
    percent: (share) => percent.format(share),
  };
}
