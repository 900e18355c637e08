import { checkCatalog, type ActionCatalog } from './domain/action-catalog.js';
import type { ClientErrorPolicy } from './domain/attempt-outcome.js';
import { checkEnvironmentName } from './domain/environment-name.js';
import { leaseFor, LONGEST_LEASE_MS } from './domain/lease.js';
import { resolveRetention } from './domain/retention.js';
import { NOTIFICATION_ACTIONS } from './domain/notification-actions.js';
import { DEFAULT_RETRY_SCHEDULE_MS } from './domain/retry-schedule.js';
import { InvalidOptionError } from './errors/start-up.errors.js';
import { DatabaseAddress } from './persistence/connection/database-address.js';
import { posCatalog } from './pos/pos-catalog.js';
import { checkKeys } from './secrets/encryption-keys.js';
import type { RedisClient } from './wake-up/redis-carrier.js';
import type {
  EgressOptions,
  EncryptionOptions,
  TelemetryOptions,
  WakeUpsOptions,
  WebhooksOptions,
} from './webhooks.options.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
const MOST_RETRIES = 50;

/** The options with every default filled in and every bound checked. */
export type ResolvedWebhooksOptions = Readonly<ReturnType<typeof resolveOptions>>;

/**
 * Checks the options once and fills in the defaults. The result has a member for each option, even if its value is undefined.
 *
 * @throws {InvalidOptionError} naming the option, the value received and the remedy
 */
export function resolveOptions(options: WebhooksOptions) {
  const concurrency = integer('concurrency', options.concurrency, 64, { least: 2, most: 10_000 });
  const timeoutMs = integer('timeoutMs', options.timeoutMs, 10_000, { least: 100, most: 30_000 });
  return {
    catalog: catalogOf(options.catalog),
    runMigrations: boolean('runMigrations', options.runMigrations, false),
    requireTransaction: boolean('requireTransaction', options.requireTransaction, false),
    poolSize: integer('poolSize', options.poolSize, 4, { least: 2, most: 1_000 }),
    database: new DatabaseAddress(options.database),
    wakeUps: { redis: redisOf(options.wakeUps?.redis) } satisfies Resolved<WakeUpsOptions>,
    concurrency,
    transportConcurrency: integer('transportConcurrency', options.transportConcurrency, 8, {
      least: 1,
      most: 256,
    }),
    timeoutMs,
    leaseMs: leaseOf(options.leaseMs, timeoutMs),
    pollMs: integer('pollMs', options.pollMs, 250, { least: 10, most: 60_000 }),
    retryScheduleMs: scheduleOf(options.retryScheduleMs),
    clientErrors: oneOf<ClientErrorPolicy>('clientErrors', options.clientErrors, ['retry', 'fail']),
    circuitFailures: integer('circuitFailures', options.circuitFailures, 10, { least: 0, most: 10_000 }),
    circuitCoolDownMs: integer('circuitCoolDownMs', options.circuitCoolDownMs, 5_000, {
      least: 100,
      most: DAY_MS,
    }),
    disableAfterHours: integer('disableAfterHours', options.disableAfterHours, 120, {
      least: 1,
      most: 8_760,
    }),
    maxTransportsPerTenant: integer('maxTransportsPerTenant', options.maxTransportsPerTenant, 1_000, {
      least: 1,
      most: 1_000_000,
    }),
    maxWebhooksPerTenant: integer('maxWebhooksPerTenant', options.maxWebhooksPerTenant, 10_000, {
      least: 1,
      most: 1_000_000,
    }),
    maxPendingDeliveriesPerTenant: integer(
      'maxPendingDeliveriesPerTenant',
      options.maxPendingDeliveriesPerTenant,
      1_000_000,
      { least: 1, most: 1_000_000_000 },
    ),
    drainTimeoutMs: integer('drainTimeoutMs', options.drainTimeoutMs, timeoutMs + 2_000, {
      least: 0,
      most: DAY_MS,
    }),
    egress: {
      allowCidrs: options.egress?.allowCidrs ?? [],
      allowHosts: options.egress?.allowHosts ?? [],
      allowHttp: boolean('egress.allowHttp', options.egress?.allowHttp, false),
      denyOrigins: options.egress?.denyOrigins ?? [],
      maxPerOrigin: maxPerOriginOf(options.egress?.maxPerOrigin, concurrency),
      dnsServers: options.egress?.dnsServers ?? [],
    } satisfies Resolved<EgressOptions>,
    encryption: {
      keys: checkKeys(options.encryption?.keys ?? []),
      allowPlaintext: boolean('encryption.allowPlaintext', options.encryption?.allowPlaintext, false),
    } satisfies Resolved<EncryptionOptions>,
    retention: resolveRetention(options.retention),
    telemetry: {
      propagate: boolean('telemetry.propagate', options.telemetry?.propagate, true),
      maxTransports: integer('telemetry.maxTransports', options.telemetry?.maxTransports, 0, {
        least: 0,
        most: 10_000,
      }),
    } satisfies Resolved<TelemetryOptions>,
    deliveryEnabled: boolean('deliveryEnabled', options.deliveryEnabled, true),
    ...environmentOf(options),
    userAgent: userAgentOf(options.userAgent),
  } satisfies Resolved<WebhooksOptions>;
}

/** A member for each option, so that the compiler reports an option without a check or default. */
type Resolved<Options> = Record<keyof Options, unknown>;

function redisOf(client: RedisClient | undefined): RedisClient | undefined {
  if (client === undefined || typeof client?.duplicate === 'function') return client;
  throw new InvalidOptionError(
    'wakeUps.redis',
    client,
    'give a client of the redis package, as createClient() returns it; it need not be connected.',
  );
}

interface Bounds {
  least: number;
  most: number;
}

function integer(
  option: string,
  value: number | undefined,
  fallback: number,
  { least, most }: Bounds,
): number {
  if (value === undefined) return fallback;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidOptionError(
    option,
    value,
    `set a whole number from ${least} to ${most}, or leave it out for ${fallback}.`,
  );
}

function boolean(option: string, value: boolean | undefined, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value === 'boolean') return value;
  throw new InvalidOptionError(option, value, `set true or false, or leave it out for ${fallback}.`);
}

function oneOf<Value extends string>(
  option: string,
  value: Value | undefined,
  values: readonly [Value, ...Value[]],
): Value {
  if (value === undefined) return values[0];
  if (values.includes(value)) return value;
  throw new InvalidOptionError(option, value, `set one of ${values.map((one) => `'${one}'`).join(', ')}.`);
}

/** Fewer than all slots: otherwise one receiver that hangs would stop all deliveries of this process. */
function maxPerOriginOf(maxPerOrigin: number | undefined, concurrency: number): number {
  const option = 'egress.maxPerOrigin';
  const most = integer(option, maxPerOrigin, Math.floor(concurrency / 2), { least: 1, most: 10_000 });
  if (most < concurrency) return most;
  throw new InvalidOptionError(
    option,
    most,
    `it must be below concurrency (${concurrency}), so that one receiver that hangs cannot take all slots; ` +
      `leave it out for half of them (${Math.floor(concurrency / 2)}).`,
  );
}

function leaseOf(leaseMs: number | undefined, timeoutMs: number): number {
  const least = leaseFor(timeoutMs);
  const lease = integer('leaseMs', leaseMs, Math.max(30_000, least), { least: 1, most: LONGEST_LEASE_MS });
  if (lease >= least) return lease;
  throw new InvalidOptionError(
    'leaseMs',
    lease,
    `it must be at least 2 x timeoutMs + 2000 = ${least}; raise it, or lower timeoutMs (${timeoutMs}).`,
  );
}

function scheduleOf(schedule: readonly number[] | undefined): readonly number[] {
  if (schedule === undefined) return DEFAULT_RETRY_SCHEDULE_MS;
  const isValid = (wait: unknown): boolean =>
    Number.isInteger(wait) && (wait as number) >= 0 && (wait as number) <= 7 * DAY_MS;
  const isList: boolean = Array.isArray(schedule);
  if (isList && schedule.length <= MOST_RETRIES && schedule.every(isValid)) return [...schedule];
  throw new InvalidOptionError(
    'retryScheduleMs',
    schedule,
    `set at most ${MOST_RETRIES} whole numbers of milliseconds from 0 to ${7 * DAY_MS} (7 days).`,
  );
}

function catalogOf(catalog: ActionCatalog | undefined): ActionCatalog {
  if (catalog !== undefined) checkCatalog(catalog);
  return Object.freeze({ ...(catalog ?? posCatalog), ...NOTIFICATION_ACTIONS });
}

function environmentOf(options: WebhooksOptions): {
  environment: string | undefined;
  adoptEnvironment: boolean;
} {
  const adoptEnvironment = boolean('adoptEnvironment', options.adoptEnvironment, false);
  const { environment } = options;
  if (environment !== undefined) return { environment: checkEnvironmentName(environment), adoptEnvironment };
  if (!adoptEnvironment) return { environment, adoptEnvironment };
  throw new InvalidOptionError(
    'adoptEnvironment',
    true,
    'set environment, too: it names the environment that the database then belongs to.',
  );
}

function userAgentOf(userAgent: string | undefined): string {
  if (userAgent === undefined) return 'nestjs-tillhook';
  if (typeof userAgent === 'string' && /^[\x20-\x7e]{1,256}$/.test(userAgent)) return userAgent;
  throw new InvalidOptionError('userAgent', userAgent, 'use 1 to 256 printable ASCII characters.');
}
