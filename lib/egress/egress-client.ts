import { EgressError } from '../errors/egress.errors.js';
import { TargetRefusedError, type TargetRule } from '../errors/admin.errors.js';
import { AllowList } from './allow-list.js';
import { AllowedHosts } from './allowed-hosts.js';
import { ConnectionPool } from './connection-pool.js';
import { DenyList } from './deny-list.js';
import type { EgressRequest, EgressResponse } from './egress-request.js';
import { Exchange } from './exchange.js';
import { GuardedDialler } from './guarded-dialler.js';
import { NameResolver } from './name-resolver.js';
import { UnderWay } from './under-way.js';
import { checkUrl } from './url-policy.js';
import type { CheckedUrl, UrlRules } from './url-policy.js';

export type { EgressRequest, EgressResponse } from './egress-request.js';

/** The operator's settings for the whole process. */
export interface EgressClientOptions {
  /** CIDRs, each with an optional port, that may be called although they are not public. */
  readonly allowCidrs: readonly string[];
  /** Names that may be called although they do not lead to the public internet, see {@link AllowedHosts}. Default none. */
  readonly allowHosts?: readonly string[];
  /** Hosts and origins that must not be called, see {@link DenyList}. Default none. */
  readonly denyOrigins?: readonly string[];
  /** Whether `http:` URLs are accepted. */
  readonly allowHttp: boolean;
  /** DNS servers (`ip` or `ip:port`); empty for the system's. */
  readonly dnsServers: readonly string[];
  /** Maximum number of sockets to one origin, at least 1. Further requests wait, within their deadline. */
  readonly connectionsPerOrigin: number;
  /** PEM certificates of authorities that are trusted in addition to Node's own. Default none. */
  readonly extraCaCerts?: readonly string[];
  /** Called when the policy refuses a host, for the operator's log. Default: none. */
  readonly onRefused?: (refusal: Refusal) => void;
}

/** A host that the policy refuses, and the rule. */
export interface Refusal {
  readonly rule: TargetRule;
  /** Undefined: the text has no host. */
  readonly host: string | undefined;
}

/**
 * Maximum number of verdicts that are remembered. A URL is judged each time that a process reads its transport to send to it,
 * always with the same result.
 */
const MAX_VERDICTS = 5_000;

/**
 * Sends every request of the module: no other class opens sockets to receivers. Its rules never change, so no connection
 * outlives the rules that allowed it. Redirects are not followed, bodies are not decompressed, proxy variables are not read.
 */
export class EgressClient {
  readonly #rules: UrlRules;
  readonly #deny: DenyList;
  readonly #onRefused: ((refusal: Refusal) => void) | undefined;
  readonly #resolver: NameResolver;
  readonly #pool: ConnectionPool;
  readonly #underWay = new UnderWay<Exchange>();
  readonly #ended = (exchange: Exchange): void => this.#underWay.remove(exchange);
  /** Signals that are listened to. */
  readonly #signals = new WeakSet<AbortSignal>();
  readonly #verdicts = new Map<string, CheckedUrl>();
  #closed = false;
  #suspended = false;
  #giveUp: NodeJS.Timeout | undefined;

  /** @throws {InvalidOptionError} if a CIDR, an allowed or denied host, or a DNS server is malformed */
  constructor(options: EgressClientOptions) {
    this.#rules = {
      allowHttp: options.allowHttp,
      allow: new AllowList(options.allowCidrs),
      hosts: new AllowedHosts(options.allowHosts ?? []),
    };
    this.#onRefused = options.onRefused;
    this.#deny = new DenyList(options.denyOrigins ?? []);
    this.#resolver = new NameResolver(options.dnsServers);
    const dialler = new GuardedDialler(this.#resolver, options.extraCaCerts ?? [], ({ hostname }) =>
      this.#onRefused?.({ rule: 'ADDRESS', host: hostname }),
    );
    this.#pool = new ConnectionPool(dialler, options.connectionsPerOrigin);
  }

  /**
   * The static check of a URL under this client's rules: when a transport is created or changed, and when a process reads a
   * transport to send to it.
   *
   * @throws {TargetRefusedError}
   */
  checkUrl(text: string): CheckedUrl {
    const known = this.#verdicts.get(text);
    if (known) return known;
    const url = this.#judge(text);
    if (this.#verdicts.size >= MAX_VERDICTS) this.#verdicts.clear();
    this.#verdicts.set(text, url);
    return url;
  }

  #judge(text: string): CheckedUrl {
    try {
      const url = checkUrl(text, this.#rules);
      if (this.#deny.denies(url))
        throw new TargetRefusedError('DENIED', 'the operator of this service does not allow its host');
      return url;
    } catch (error) {
      if (error instanceof TargetRefusedError) this.#onRefused?.({ rule: error.rule, host: hostOf(text) });
      throw error;
    }
  }

  /**
   * Sends one request, once (see {@link Exchange} for the one exception).
   *
   * @param settled called once, possibly before `send` returns: with the response, whatever its status, or with the error. It
   *   is a callback, because a request passes several layers and a promise for each would cost as much as signing.
   * @throws {TypeError} if another client has checked the URL
   */
  send(request: EgressRequest, settled: (result: EgressResponse | EgressError) => void): void {
    // A verdict by other rules does not count: a client with a stricter allow list must not inherit it.
    if (request.url.rules !== this.#rules)
      throw new TypeError('The URL was checked by another EgressClient.');
    if (this.#closed || this.#suspended || request.signal?.aborted)
      return queueMicrotask(() => settled(new EgressError('ABORTED')));
    if (request.signal) this.#listenTo(request.signal);
    const exchange = new Exchange(this.#pool, request, this.#ended, settled);
    this.#underWay.add(exchange);
    exchange.start();
  }

  /** Number of requests in flight to an origin. All requests are counted one by one, so it must not be called often. */
  inFlightTo(origin: string): number {
    return this.#underWay.snapshot().filter((exchange) => exchange.origin === origin).length;
  }

  /** Stops sending until `resume()` is called. New requests end as `ABORTED` at once. Requests in flight are aborted after `graceMs`. */
  suspend(graceMs: number): void {
    this.#suspended = true;
    this.#giveUp ??= setTimeout(() => this.#abort(), graceMs);
  }

  resume(): void {
    this.#suspended = false;
    clearTimeout(this.#giveUp);
    this.#giveUp = undefined;
  }

  /** Aborts the requests in flight and closes all sockets. No request is possible afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#giveUp);
    this.#abort();
    this.#resolver.close();
    await this.#pool.close();
  }

  /**
   * One listener per signal, however many attempts share it: adding and removing one for each attempt costs more than the
   * rest of `send`.
   */
  #listenTo(signal: AbortSignal): void {
    if (this.#signals.has(signal)) return;
    this.#signals.add(signal);
    signal.addEventListener('abort', () => this.#abort(signal), { once: true });
  }

  /** Aborts the requests in flight: those with this signal, or all. */
  #abort(signal?: AbortSignal): void {
    for (const exchange of this.#underWay.snapshot()) {
      if (signal === undefined || exchange.signal === signal) exchange.end('ABORTED');
    }
  }
}

function hostOf(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).host : undefined;
}
