import { checkCatalog, type ActionCatalog } from './domain/action-catalog.js';
import type { ClientErrorPolicy } from './domain/attempt-outcome.js';
import { leaseFor, LONGEST_LEASE_MS } from './domain/lease.js';
import { DEFAULT_RETRY_SCHEDULE_MS } from './domain/retry-schedule.js';
import { InvalidOptionError } from './errors/start-up.errors.js';
import { DatabaseAddress } from './persistence/connection/database-address.js';
import { checkKeys, type EncryptionKey } from './secrets/encryption-keys.js';
import { checkEnvironmentName } from './domain/environment-name.js';
import { posCatalog } from './pos/pos-catalog.js';
import type { RedisClient } from './wake-up/redis-carrier.js';

/** Rules for connections that leave the process. They are the operator's settings, never a tenant's. */
export interface EgressOptions {
  /**
   * Address ranges (CIDRs) that are allowed although they are not public, each with an optional port: `10.1.0.0/16`,
   * `127.0.0.1/32:8080`, `[fd00::]/8:443`. Default: none.
   */
  allowCidrs?: readonly string[];
  /**
   * Host names that are allowed although they do not lead to the public internet: `localhost:4000`, `orders` or
   * `*.svc.cluster.local:8080`. Without a port, every port is allowed. The system's resolver resolves these names, with its
   * hosts file. Their addresses are still checked: `allowCidrs` must allow addresses that are not public. `http:` URLs need
   * `allowHttp`. Default: none.
   */
  allowHosts?: readonly string[];
  /** Whether `http:` URLs are accepted. Default `false`. */
  allowHttp?: boolean;
  /**
   * Hosts (`api.example.com`), origins (`https://api.example.com:8443`) and wildcards for subdomains (`*.example.com`) to
   * which nothing is sent. Default: none.
   */
  denyOrigins?: readonly string[];
  /**
   * Maximum number of requests in flight from this process to one origin (scheme, host and port), over all tenants. Default
   * half of `concurrency`; 1 to `concurrency` - 1.
   */
  maxPerOrigin?: number;
  /** DNS servers (`ip` or `ip:port`) to use instead of the system's. Default: the system's. */
  dnsServers?: readonly string[];
}

/** How secrets (passwords, tokens, header values, signing secrets) are stored in the database. */
export interface EncryptionOptions {
  /**
   * Keys for secrets at rest (AES-256-GCM, 32 bytes each). The first encrypts, all decrypt. Default: none, secrets are
   * stored in clear. Alternatively, give a `keyProvider`.
   */
  keys?: readonly EncryptionKey[];
  /** Whether the application may start without keys if `NODE_ENV` is `production`. Default `false`. */
  allowPlaintext?: boolean;
}

/** The address of the database, or a direct address of the database that the application's TypeORM data source uses. */
export interface DatabaseOptions {
  /**
   * If the application has no TypeORM data source: the address of the database, as `postgres://user:password@host:5432/name`
   * or `sqlite:./webhooks.db` (relative to the working directory, or an absolute path). If it has one that goes through a
   * transaction pooler: the direct address of the same PostgreSQL database, for the module's own connections.
   * Default: the address of the data source.
   */
  url?: string | undefined;
  /**
   * PostgreSQL schema of the module's tables. Only without a TypeORM data source, which has its own option `schema`. The
   * schema must exist. Default: the parameter `schema` of the url, otherwise the role's search path.
   */
  schema?: string | undefined;
}

/** How processes wake each other. */
export interface WakeUpsOptions {
  /**
   * A client of the `redis` package (4 or later): wake-ups then use its server's pub/sub instead of PostgreSQL's LISTEN and
   * NOTIFY. The module duplicates the client and opens its own connection. Default: PostgreSQL's.
   */
  redis?: RedisClient;
}

/** Options of `WebhooksModule.forRoot()`. Everything has a default; see each member. */
export interface WebhooksOptions {
  /** The actions that can be emitted and subscribed to. Default: `posCatalog`. Extend it with `extendCatalog`. */
  catalog?: ActionCatalog;
  /**
   * Whether to run pending migrations at start-up, under a lock. Default `false`: if migrations are pending, the
   * application does not start.
   */
  runMigrations?: boolean;
  /** Whether to reject events that are emitted without a transaction (`TRANSACTION_REQUIRED`). Default `false`. */
  requireTransaction?: boolean;
  /** Maximum number of connections in the module's own pool (PostgreSQL). Default 4, minimum 2. */
  poolSize?: number;
  database?: DatabaseOptions;
  wakeUps?: WakeUpsOptions;
  /**
   * Maximum number of requests in flight in this process. Default 64, minimum 2. A quarter of them is reserved for tenants
   * and origins that have none.
   */
  concurrency?: number;
  /** Maximum number of requests in flight to one transport, unless it sets `maxConcurrency`. Default 8, 1 to 256. */
  transportConcurrency?: number;
  /** Time limit of one attempt in ms, from the DNS look-up until the body has been read. Default 10,000; 100 to 30,000. */
  timeoutMs?: number;
  /**
   * How long a process holds a lane (the queue of one transport) without renewing its lease, in ms. After a crash, the
   * deliveries of the lane wait for the end of the lease. A lease lasts at least twice the time-out of its transport plus
   * 2 s. Default 30,000; `2 x timeoutMs + 2,000` to 600,000.
   */
  leaseMs?: number;
  /** How often an idle process looks for work of other processes, in ms. Default 250, minimum 10. */
  pollMs?: number;
  /**
   * Delays after the first, second, … failed attempt, in ms. Each delay varies at random by ± 20 %. Default 5 s, 5 min,
   * 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h. At most 50 entries, each at most 7 days.
   */
  retryScheduleMs?: readonly number[];
  /**
   * Whether a delivery with a 4xx response other than 408, 410 and 429 is retried (`'retry'`) or fails at once (`'fail'`).
   * Default `'retry'`.
   */
  clientErrors?: ClientErrorPolicy;
  /**
   * Number of failures in a row that open a transport's circuit. Then one probe per cool-down is sent until one succeeds.
   * Default 10; 0: never.
   */
  circuitFailures?: number;
  /** First cool-down of an open circuit in ms, doubled with each failed probe up to a minute. Default 5,000; minimum 100. */
  circuitCoolDownMs?: number;
  /** A transport is disabled after all of its attempts have failed for this many hours. Default 120, minimum 1. */
  disableAfterHours?: number;
  /** Maximum number of http transports of a tenant. Default 1,000, minimum 1. */
  maxTransportsPerTenant?: number;
  /** Maximum number of webhooks of a tenant, over all its http transports. Default 10,000, minimum 1. */
  maxWebhooksPerTenant?: number;
  /**
   * Maximum number of pending deliveries of a tenant. Further deliveries are logged as `MISSED` and not sent. Default
   * 1,000,000, minimum 1.
   */
  maxPendingDeliveriesPerTenant?: number;
  /** How long shutdown waits for requests in flight, in ms. Default `timeoutMs + 2,000`, minimum 0. */
  drainTimeoutMs?: number;
  egress?: EgressOptions;
  encryption?: EncryptionOptions;
  /**
   * Whether this process sends requests. `false`: deliveries stay in the queue. `WebhooksWorker.setDeliveryEnabled()`
   * changes it at run time. Default `true`.
   */
  deliveryEnabled?: boolean;
  /**
   * The environment that this process belongs to, at most 64 characters, e.g. `production`. The first process that sets one
   * assigns the database to it. From then on, a process with another environment, or with none, sends nothing. Default: none.
   */
  environment?: string;
  /**
   * Whether to assign the database to this `environment` at this start, even if it belongs to another one. The pending
   * deliveries of a restored copy are then sent. Default `false`.
   */
  adoptEnvironment?: boolean;
  /** Sent as `user-agent`. Default `nestjs-tillhook`. */
  userAgent?: string;
}

/** The options with every default filled in and every bound checked. */
export interface ResolvedWebhooksOptions {
  readonly catalog: ActionCatalog;
  readonly runMigrations: boolean;
  readonly requireTransaction: boolean;
  readonly poolSize: number;
  readonly database: DatabaseAddress;
  readonly redis: RedisClient | undefined;
  readonly concurrency: number;
  readonly transportConcurrency: number;
  readonly timeoutMs: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly retryScheduleMs: readonly number[];
  readonly clientErrors: ClientErrorPolicy;
  readonly circuitFailures: number;
  readonly circuitCoolDownMs: number;
  readonly disableAfterHours: number;
  readonly maxTransportsPerTenant: number;
  readonly maxWebhooksPerTenant: number;
  readonly maxPendingDeliveriesPerTenant: number;
  readonly drainTimeoutMs: number;
  readonly egress: Required<EgressOptions>;
  readonly encryption: Required<EncryptionOptions>;
  readonly deliveryEnabled: boolean;
  readonly environment: string | undefined;
  readonly adoptEnvironment: boolean;
  readonly userAgent: string;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const MOST_RETRIES = 50;

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws {InvalidOptionError} naming the option, the value received and the remedy
 */
export function resolveOptions(options: WebhooksOptions): ResolvedWebhooksOptions {
  const concurrency = integer('concurrency', options.concurrency, 64, { least: 2, most: 10_000 });
  const timeoutMs = integer('timeoutMs', options.timeoutMs, 10_000, { least: 100, most: 30_000 });
  return {
    catalog: catalogOf(options.catalog),
    runMigrations: boolean('runMigrations', options.runMigrations, false),
    requireTransaction: boolean('requireTransaction', options.requireTransaction, false),
    poolSize: integer('poolSize', options.poolSize, 4, { least: 2, most: 1_000 }),
    database: new DatabaseAddress(options.database),
    redis: redisOf(options.wakeUps?.redis),
    concurrency,
    transportConcurrency: integer('transportConcurrency', options.transportConcurrency, 8, {
      least: 1,
      most: 256,
    }),
    timeoutMs,
    leaseMs: leaseOf(options.leaseMs, timeoutMs),
    pollMs: integer('pollMs', options.pollMs, 250, { least: 10, most: 60_000 }),
    retryScheduleMs: scheduleOf(options.retryScheduleMs),
    clientErrors: oneOf('clientErrors', options.clientErrors, ['retry', 'fail']),
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
      dnsServers: options.egress?.dnsServers ?? [],
      denyOrigins: options.egress?.denyOrigins ?? [],
      maxPerOrigin: maxPerOriginOf(options.egress?.maxPerOrigin, concurrency),
    },
    encryption: {
      keys: checkKeys(options.encryption?.keys ?? []),
      allowPlaintext: boolean('encryption.allowPlaintext', options.encryption?.allowPlaintext, false),
    },
    deliveryEnabled: boolean('deliveryEnabled', options.deliveryEnabled, true),
    ...environmentOf(options),
    userAgent: userAgentOf(options.userAgent),
  };
}

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

function oneOf<const Value extends string>(
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
  return catalog ?? posCatalog;
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
