import { UsageError } from '../cli-errors.js';
import type { CommandOption, OptionValues } from '../command.js';

/** The rule of a time, for descriptions. */
const RULE = 'ISO 8601 with seconds and an offset, or a duration before now such as 30m, 2h or 7d';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const AGO = /^(\d{1,5})(s|m|h|d)$/;
const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A period of time, inclusive: ISO 8601. */
export interface GivenPeriod {
  readonly since: string | undefined;
  readonly until: string | undefined;
}

/**
 * The options of a period of time.
 *
 * @param since description of `--since` without the rule of a time, e.g. `Only deliveries created at or after this time`
 * @param until the same for `--until`
 */
export const periodOptions = (since: string, until: string): Readonly<Record<string, CommandOption>> => ({
  since: { value: 'TIME', description: `${since}: ${RULE}` },
  until: { value: 'TIME', description: until },
});

/**
 * Reads `--since` and `--until`.
 *
 * @param now ms since the epoch
 * @throws {UsageError} for a malformed time, and if `--since` is later than `--until`
 */
export function periodOf(values: OptionValues, now = Date.now()): GivenPeriod {
  const [since, until] = (['since', 'until'] as const).map((name) => instantOf(name, values[name], now));
  if (since !== undefined && until !== undefined && Date.parse(since) > Date.parse(until))
    throw new UsageError('Option "--since" is later than "--until".');
  return { since, until };
}

function instantOf(name: string, given: string | true | undefined, now: number): string | undefined {
  if (typeof given !== 'string') return undefined;
  const [, count, unit] = AGO.exec(given) ?? [];
  if (count !== undefined) return new Date(now - Number(count) * UNITS_MS[unit!]!).toISOString();
  // The module checks the rest, such as 30 February.
  if (INSTANT.test(given) && !Number.isNaN(Date.parse(given))) return given;
  throw new UsageError(`Option "--${name}" is "${given}". Use ${RULE}.`);
}
