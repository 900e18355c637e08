import { InvalidOptionError } from '../errors/start-up.errors.js';
import type { DeliveryStatus } from './delivery-status.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long rows of one tenant are kept, as given in the options. Every member has a default. */
export interface RetentionSettings {
  readonly deliveredDays?: number;
  readonly failedDays?: number;
  readonly unmatchedHours?: number;
  readonly bodyDays?: number;
}

/** How long rows of one tenant are kept, in ms. */
export interface RetentionPeriods {
  /** Deliveries with the status `DELIVERED`, from their end. */
  readonly deliveredMs: number;
  /** Deliveries that ended with another status, from their end. */
  readonly failedMs: number;
  /** Events without deliveries, from their creation. */
  readonly unmatchedMs: number;
  /** Bodies of events, from the creation of the event; undefined: as long as the event. */
  readonly bodyMs: number | undefined;
}

/** Default periods, and their ranges. */
const RANGES = {
  deliveredDays: { fallback: 30, most: 3_650 },
  failedDays: { fallback: 90, most: 3_650 },
  unmatchedHours: { fallback: 24, most: 87_600 },
} as const;
const MOST_BODY_DAYS = 3_650;
export const RETENTION_NAMES = ['deliveredDays', 'failedDays', 'unmatchedHours', 'bodyDays'] as const;

/** The periods of every tenant. */
export class RetentionPolicy {
  /**
   * @param general the periods of tenants that have none of their own
   * @param own the periods of the other tenants, by uid
   */
  constructor(
    private readonly general: RetentionPeriods,
    private readonly own: ReadonlyMap<string, RetentionPeriods>,
  ) {}

  of(tenantUid: string): RetentionPeriods {
    return this.own.get(tenantUid) ?? this.general;
  }

  /** The different values that tenants have for one period, in ascending order. */
  valuesOf(period: 'unmatchedMs' | 'bodyMs'): number[] {
    const values = [this.general, ...this.own.values()].flatMap((periods) => periods[period] ?? []);
    return [...new Set(values)].sort((one, other) => one - other);
  }
}

/** How long an ended delivery with this status is kept, in ms from its end. */
export const keptMs = (periods: RetentionPeriods, status: DeliveryStatus): number =>
  status === 'DELIVERED' ? periods.deliveredMs : periods.failedMs;

/**
 * Checks the option `retention` and fills in its defaults.
 *
 * @param given `false`: this process deletes nothing
 * @throws {InvalidOptionError}
 */
export function resolveRetention(
  given:
    (RetentionSettings & { readonly tenants?: Readonly<Record<string, RetentionSettings>> }) | false = {},
): RetentionPolicy | undefined {
  if (given === false) return undefined;
  const { tenants = {}, ...general } = given;
  const isTable: boolean = typeof tenants === 'object' && tenants !== null && !Array.isArray(tenants);
  if (!isTable)
    throw new InvalidOptionError(
      'retention.tenants',
      tenants,
      'give an object with tenant uids as keys and periods as values, e.g. { shop: { failedDays: 30 } }.',
    );
  const own = Object.entries(tenants).map(([tenantUid, settings]) => {
    const option = `retention.tenants.${tenantUid}`;
    checkMembers(option, settings);
    return [tenantUid, periodsOf(`${option}.`, settings, general)] as const;
  });
  return new RetentionPolicy(periodsOf('retention.', general), new Map(own));
}

function checkMembers(option: string, settings: unknown): void {
  const known: readonly string[] = RETENTION_NAMES;
  const names = typeof settings === 'object' && settings !== null ? Object.keys(settings) : [''];
  if (names.every((name) => known.includes(name))) return;
  throw new InvalidOptionError(option, names.join(', '), `give an object with ${known.join(', ')}.`);
}

function periodsOf(
  prefix: string,
  settings: RetentionSettings,
  inherited: RetentionSettings = {},
): RetentionPeriods {
  const period = (name: keyof typeof RANGES): number => {
    const { fallback, most } = RANGES[name];
    return checked(prefix + name, settings[name] ?? inherited[name] ?? fallback, most);
  };
  const bodyDays = settings.bodyDays ?? inherited.bodyDays;
  return {
    deliveredMs: period('deliveredDays') * DAY_MS,
    failedMs: period('failedDays') * DAY_MS,
    unmatchedMs: period('unmatchedHours') * HOUR_MS,
    bodyMs:
      bodyDays === undefined ? undefined : checked(`${prefix}bodyDays`, bodyDays, MOST_BODY_DAYS) * DAY_MS,
  };
}

function checked(option: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new InvalidOptionError(option, value, `set a whole number from 1 to ${most}, or leave it out.`);
}
