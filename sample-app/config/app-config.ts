import type { WebhooksOptions } from 'nestjs-tillhook';
import { ConfigError } from './config-error.js';
import { type DatabaseTarget, parseDatabaseTarget } from './database-target.js';
import { parseEncryptionKeys } from './encryption-keys.js';
import { Environment, type IntegerRange } from './environment.js';

/** Injection token of the `AppConfig`. */
export const APP_CONFIG = 'sample-app:AppConfig';

/** Everything the app takes from its environment, read once at start. */
export interface AppConfig {
  /** Port to listen on. 0: the system chooses one, and the line printed at start shows it. */
  readonly port: number;
  readonly database: DatabaseTarget;
  /** Whether this process fans out and delivers. */
  readonly worker: boolean;
  /** Whether this process serves the POS and the webhooks routes; `/health` is always there. */
  readonly controllers: boolean;
  /** Whether the portal gets example traffic: HTTP transports with receivers, a generated history, and fresh events. */
  readonly exampleTraffic: boolean;
  /** Signing secrets of the payment provider's webhooks: several while one is rotated. Empty: none is accepted. */
  readonly paymentSecrets: readonly string[];
  /** Options of the module. An unset variable leaves the module's default, except for `egress`: see `webhooksOptions`. */
  readonly webhooks: WebhooksOptions;
}

const milliseconds = (minimum: number, maximum: number): IntegerRange => ({
  minimum,
  maximum,
  unit: 'milliseconds',
});
const WEEK_MS = 7 * 24 * 3600 * 1000;
const [DEFAULT_TIMEOUT_MS, LONGEST_LEASE_MS, LONGEST_POLL_MS] = [10_000, 600_000, 60_000];
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

/**
 * Reads and checks the environment.
 *
 * @throws {ConfigError} for the first variable that has a value the app cannot use.
 */
export function loadConfig(variables: Readonly<Record<string, string | undefined>>): AppConfig {
  const env = new Environment(variables);
  const worker = env.boolean('WEBHOOKS_WORKER') ?? true;
  const controllers = env.boolean('WEBHOOKS_CONTROLLERS') ?? true;
  return {
    port: env.integer('PORT', { minimum: 0, maximum: 65_535, unit: 'a port' }) ?? 3000,
    database: parseDatabaseTarget('DATABASE_URL', env.text('DATABASE_URL') ?? 'sqlite:./data/pos.sqlite'),
    worker,
    controllers,
    exampleTraffic: exampleTraffic(env, worker && controllers),
    paymentSecrets: env.list('PAYMENT_WEBHOOK_SECRETS') ?? [],
    webhooks: withoutUndefined(webhooksOptions(env)),
  };
}

/**
 * Decides whether there is example traffic. In a database that `DATABASE_URL` names, only on request, so that no example
 * events mix with real ones. Never in production.
 *
 * @throws {ConfigError} if it was requested and is not possible
 */
function exampleTraffic(env: Environment, isWholeApp: boolean): boolean {
  const name = 'EXAMPLE_TRAFFIC';
  const isRequested = env.boolean(name);
  const isProduction = env.text('NODE_ENV') === 'production';
  const reachesReceivers =
    env.boolean('WEBHOOKS_ALLOW_HTTP') !== false && env.list('WEBHOOKS_ALLOW_CIDRS') === undefined;
  if (isRequested === undefined) {
    const hasOwnDatabase = env.text('DATABASE_URL') !== undefined;
    return isWholeApp && !isProduction && !hasOwnDatabase && reachesReceivers;
  }
  if (isRequested && isProduction)
    throw new ConfigError(name, 'true', 'is not for production', `Set ${name}=false, or another NODE_ENV.`);
  if (isRequested && !isWholeApp) {
    const remedy = 'Set WEBHOOKS_WORKER=true and WEBHOOKS_CONTROLLERS=true.';
    throw new ConfigError(name, 'true', 'needs a worker and controllers in the same process', remedy);
  }
  return isRequested;
}

/** The ranges are those of the module, see `docs/options.md`, so that a message names the limits that apply. */
function webhooksOptions(env: Environment): WebhooksOptions {
  const inFlight: IntegerRange = { minimum: 2, maximum: 10_000, unit: 'requests in flight' };
  const timeoutMs = env.integer('WEBHOOKS_TIMEOUT_MS', milliseconds(100, 30_000));
  // The module accepts no shorter lease: an attempt must be able to end before the lease expires.
  const shortestLeaseMs = 2 * (timeoutMs ?? DEFAULT_TIMEOUT_MS) + 2_000;
  const keys = parseEncryptionKeys('WEBHOOKS_ENCRYPTION_KEYS', env.list('WEBHOOKS_ENCRYPTION_KEYS') ?? []);
  return {
    runMigrations: true,
    concurrency: env.integer('WEBHOOKS_CONCURRENCY', inFlight),
    transportConcurrency: env.integer('WEBHOOKS_TRANSPORT_CONCURRENCY', {
      ...inFlight,
      minimum: 1,
      maximum: 256,
    }),
    timeoutMs,
    leaseMs: env.integer('WEBHOOKS_LEASE_MS', milliseconds(shortestLeaseMs, LONGEST_LEASE_MS)),
    pollMs: env.integer('WEBHOOKS_POLL_MS', milliseconds(10, LONGEST_POLL_MS)) ?? 250,
    retryScheduleMs: env.integerList('WEBHOOKS_RETRY_SCHEDULE_MS', milliseconds(0, WEEK_MS)),
    clientErrors: env.oneOf('WEBHOOKS_CLIENT_ERRORS', ['retry', 'fail']),
    egress: {
      // The sample is tried out on one machine, where the receiver listens on loopback without TLS.
      allowCidrs: env.list('WEBHOOKS_ALLOW_CIDRS') ?? LOOPBACK,
      allowHttp: env.boolean('WEBHOOKS_ALLOW_HTTP') ?? true,
      dnsServers: env.list('WEBHOOKS_DNS_SERVERS') ?? [],
    },
    encryption: keys.length === 0 ? undefined : { keys },
    environment: env.text('WEBHOOKS_ENVIRONMENT'),
  };
}

const withoutUndefined = <Options extends object>(options: Options): Options =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
