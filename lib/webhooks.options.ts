import type { ActionCatalog } from './domain/action-catalog.js';
import type { ClientErrorPolicy } from './domain/attempt-outcome.js';
import type { EncryptionKey } from './secrets/encryption-keys.js';
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
   * `*.svc.cluster.local:8080`. Without a port, all ports are allowed except those that the rule `PORT` refuses
   * (docs/errors.md). The system's resolver resolves these names, with its hosts file. Their addresses are still checked:
   * `allowCidrs` must allow addresses that are not public. `http:` URLs need `allowHttp`. Default: none.
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
   * Keys for secrets at rest (AES-256-GCM, 32 bytes each). The first encrypts; all decrypt. Default: none; secrets are then
   * stored unencrypted. Alternatively, give a `keyProvider`.
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
   * A client of the `redis` package (5 or later): wake-ups then use its server's pub/sub instead of PostgreSQL's LISTEN and
   * NOTIFY. The module duplicates the client and opens connections of its own. Default: PostgreSQL's.
   */
  redis?: RedisClient;
}

/** How long ended deliveries, events and bodies are kept before the module deletes them. */
export interface RetentionOptions {
  /** Days for which a `DELIVERED` delivery is kept after its end. Default 30; 1 to 3,650. */
  deliveredDays?: number;
  /** Days for which a `FAILED`, `MISSED` or `CANCELLED` delivery is kept after its end. Default 90; 1 to 3,650. */
  failedDays?: number;
  /** Hours for which an event without deliveries is kept. Default 24; 1 to 87,600. */
  unmatchedHours?: number;
  /**
   * Days after which the body of an event is erased although the event is kept for its deliveries. Default: none, so a body
   * is kept as long as its event; 1 to 3,650.
   */
  bodyDays?: number;
  /** Periods of single tenants, by tenant uid. Members that an entry leaves out are as for all tenants. Default: none. */
  tenants?: Readonly<Record<string, Omit<RetentionOptions, 'tenants'>>>;
}

/** Traces and metrics that the module reports to OpenTelemetry, and the trace context that receivers get. */
export interface TelemetryOptions {
  /**
   * Whether requests carry the header `traceparent`, so that a receiver can continue the trace. It is sent only if the attempt
   * belongs to a trace: this process, or the one that emitted the event, has an OpenTelemetry SDK. Default `true`.
   */
  propagate?: boolean;
  /**
   * Maximum number of HTTP transports that metrics of this process tell apart, by the attribute `tillhook.http_transport.uid`.
   * All others share its value `_OTHER`. Default 0: metrics do not tell transports apart; 0 to 10,000.
   */
  maxTransports?: number;
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
  /** Maximum number of connections in the module's own pool (PostgreSQL). Default 4; 2 to 1,000. */
  poolSize?: number;
  /** The address of the database, or its direct address behind a transaction pooler. Default: that of the data source. */
  database?: DatabaseOptions;
  /** How processes wake each other. Default: by PostgreSQL's LISTEN and NOTIFY; on SQLite they do not. */
  wakeUps?: WakeUpsOptions;
  /**
   * Maximum number of requests in flight in this process. A quarter of them is reserved for tenants and origins that have none.
   * Default 64; 2 to 10,000.
   */
  concurrency?: number;
  /** Maximum number of requests in flight to one transport, unless it sets `maxConcurrency`. Default 8; 1 to 256. */
  transportConcurrency?: number;
  /** Time limit of one attempt in ms, from the DNS look-up until the body has been read. Default 10,000; 100 to 30,000. */
  timeoutMs?: number;
  /**
   * How long a process holds a lane (the queue of one transport) without renewing its lease, in ms. After a crash, the
   * deliveries of the lane wait for the end of the lease. A lease lasts at least twice the time limit of its transport plus
   * 2 s. Default 30,000, or the minimum if that is longer; `2 x timeoutMs + 2,000` to 600,000.
   */
  leaseMs?: number;
  /**
   * How often an idle process looks for work of other processes, in ms. On PostgreSQL, a process to which wake-ups arrive looks
   * about once a second instead. Default 250; 10 to 60,000.
   */
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
   * Default 10; 0 to 10,000; 0: never.
   */
  circuitFailures?: number;
  /**
   * First cool-down of an open circuit in ms. Each failed probe doubles it, up to a minute; a longer value is never doubled.
   * Default 5,000; 100 to 86,400,000.
   */
  circuitCoolDownMs?: number;
  /** A transport is disabled after all of its attempts have failed for this many hours. Default 120; 1 to 8,760. */
  disableAfterHours?: number;
  /** Maximum number of HTTP transports of a tenant. Default 1,000; 1 to 1,000,000. */
  maxTransportsPerTenant?: number;
  /** Maximum number of webhooks of a tenant, over all its HTTP transports. Default 10,000; 1 to 1,000,000. */
  maxWebhooksPerTenant?: number;
  /**
   * Maximum number of pending deliveries of a tenant. Further deliveries are logged as `MISSED` and not sent. Default
   * 1,000,000; 1 to 1,000,000,000.
   */
  maxPendingDeliveriesPerTenant?: number;
  /** How long shutdown waits for requests in flight, in ms. Default `timeoutMs + 2,000`; 0 to 86,400,000. */
  drainTimeoutMs?: number;
  /** Rules for connections to receivers. Default: `https:` URLs and public addresses only. */
  egress?: EgressOptions;
  /** How secrets are stored in the database. Default: unencrypted; with `NODE_ENV=production`, the application then does not start. */
  encryption?: EncryptionOptions;
  /**
   * How long deliveries and events are kept. Default: 30 days for delivered ones, 90 days for others, 24 hours for events
   * without deliveries. `false`: this process deletes none of them.
   */
  retention?: RetentionOptions | false;
  /** Settings of traces and metrics. Default: requests carry `traceparent`, and metrics do not tell transports apart. */
  telemetry?: TelemetryOptions;
  /**
   * Whether this process sends requests. `false`: deliveries stay in the queue. `WebhooksWorker.setDeliveryEnabled()`
   * changes it at run time. Default `true`.
   */
  deliveryEnabled?: boolean;
  /**
   * The environment that this process belongs to, 1 to 64 printable ASCII characters, e.g. `production`. The first process that
   * sets one assigns the database to it. From then on, a process with another environment, or with none, sends nothing.
   * Default: none.
   */
  environment?: string;
  /**
   * Whether to assign the database to this `environment` at this start, even if it belongs to another one. The pending
   * deliveries of a restored copy are then sent. Default `false`.
   */
  adoptEnvironment?: boolean;
  /** Sent as the header `user-agent`: 1 to 256 printable ASCII characters. Default `nestjs-tillhook`. */
  userAgent?: string;
}
