import type { ActionCatalog } from './domain/action-catalog.js';

import type { EncryptionKey } from './persistence/secret-box.js';
import { posCatalog } from './pos/pos-catalog.js';

/** What a 4xx answer other than 410 and 429 means: try again, or (the vendor's rule) final. */
export type ClientErrorPolicy = 'retry' | 'fail';

/** What is allowed to leave the process. The operator's settings, never a tenant's. */
export interface EgressOptions {
  /** CIDRs, each with an optional port (`10.1.0.0/16`, `127.0.0.1/32:8080`, `[fd00::]/8:443`), that may be called although they are not public. Default: none. */
  allowCidrs?: readonly string[];
  /** Whether `http:` URLs are accepted. Default `false`. */
  allowHttp?: boolean;
  /** Resolver servers (`ip` or `ip:port`) instead of the system's. Default: the system's. */
  dnsServers?: readonly string[];
}

/** Options of `WebhooksModule.forRoot()`. Everything has a default; see each member. */
export interface WebhooksOptions {
  /** The actions that may be emitted and subscribed to. Default: `posCatalog`. Extend it with `extendCatalog`. */
  catalog?: ActionCatalog;
  /** Bring the schema up to date at start-up, under a lock. Default `false`: a schema that is behind refuses to start. */
  runMigrations?: boolean;
  /** Connections of the module's own pool (PostgreSQL). Default 4, minimum 2. */
  poolSize?: number;
  /** Requests in flight in this process. Default 64, minimum 1. */
  concurrency?: number;
  /** Requests in flight to one transport that sets no `maxConcurrency`. Default 8, 1 to 256. */
  transportConcurrency?: number;
  /** Deadline of one attempt in ms, from name look-up to the end of the body that is read. Default 10,000; 100 to 30,000. */
  timeoutMs?: number;
  /** How long a lane is held without renewal in ms. Default 30,000; minimum `2 x timeoutMs + 2,000`. */
  leaseMs?: number;
  /** How often an idle process looks for work of other processes, in ms. Default 250, minimum 10. */
  pollMs?: number;
  /** Waits after the first, second, … failed attempt in ms, before jitter of ± 20 %. Default 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h. At most 50 entries, each at most 7 days. */
  retryScheduleMs?: readonly number[];
  /** Default `'retry'`. */
  clientErrors?: ClientErrorPolicy;
  /** How long shutdown waits for requests in flight, in ms. Default `timeoutMs + 2,000`, minimum 0. */
  drainTimeoutMs?: number;
  egress?: EgressOptions;
  /** Keys for secrets at rest (AES-256-GCM, 32 bytes each). The first encrypts, all decrypt. Default: none, secrets are stored in clear. */
  encryption?: { keys: readonly EncryptionKey[] };
  /** Sent as `user-agent`. Default `nestjs-tillhook`. */
  userAgent?: string;
}

/** The options with every default filled in and every bound checked. */
export interface ResolvedWebhooksOptions {
  readonly catalog: ActionCatalog;
  readonly runMigrations: boolean;
  readonly poolSize: number;
  readonly concurrency: number;
  readonly transportConcurrency: number;
  readonly timeoutMs: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly retryScheduleMs: readonly number[];
  readonly clientErrors: ClientErrorPolicy;
  readonly drainTimeoutMs: number;
  readonly egress: Required<EgressOptions>;
  readonly encryptionKeys: readonly EncryptionKey[];
  readonly userAgent: string;
}
