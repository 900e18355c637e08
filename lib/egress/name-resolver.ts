import { promises as dns, type LookupAddress } from 'node:dns';
import { EgressError } from '../errors/egress.error.js';
import { InvalidOptionError } from '../errors/invalid-option.error.js';
import { LookupGate } from './lookup-gate.js';

/** A look-up is given up after this long. */
const LIMIT_MS = 2_000;
/** Of one query to one server: a lost packet costs this much and not the whole limit. */
const QUERY_TIMEOUT_MS = 500;
const QUERY_TRIES = 3;
/** How long an answer serves further connections. Harmless: every connection judges its addresses anew. */
const REUSE_MS = 1_000;
const MAX_REMEMBERED = 1_000;

interface Remembered {
  readonly addresses: Promise<readonly string[]>;
  /** Of `performance.now()`; infinite while the look-up is under way. */
  expiresAt: number;
}

/**
 * Looks names up by DNS alone: neither the hosts file nor search domains, which know names that are not on
 * the internet, and not `getaddrinfo`, whose few threads a handful of slow names would occupy for everybody. The exception
 * are names that the operator allows (`localhost`, names of other containers): for those the system is asked first.
 */
export class NameResolver {
  readonly #resolver = new dns.Resolver({ timeout: QUERY_TIMEOUT_MS, tries: QUERY_TRIES });
  readonly #gate = new LookupGate();
  readonly #remembered = new Map<string, Remembered>();

  /**
   * @param servers `ip` or `ip:port`; empty for the system's
   * @throws {InvalidOptionError} when one is no such thing
   */
  constructor(servers: readonly string[]) {
    if (servers.length === 0) return;
    try {
      this.#resolver.setServers(servers);
    } catch {
      throw new InvalidOptionError(
        'egress.dnsServers',
        servers,
        'each entry is an IP address with an optional port, such as 9.9.9.9, 127.0.0.1:5353 or [2620:fe::fe]:53',
      );
    }
  }

  /**
   * All addresses of a name, IPv4 first, unjudged.
   *
   * @param group whose look-up it is (a tenant); a group has a limited number of look-ups at a time
   * @param asSystemDoes whether the hosts file and search domains count too
   * @throws {EgressError} `DNS_FAILED` when there is none within two seconds
   */
  resolve(hostname: string, group: string, asSystemDoes = false): Promise<readonly string[]> {
    const remembered = this.#remembered.get(hostname);
    if (remembered && remembered.expiresAt > performance.now()) return remembered.addresses;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#forgetExpired();
    const entry: Remembered = {
      addresses: this.#gate.run(group, () => (asSystemDoes ? this.#ask(hostname) : this.#query(hostname))),
      expiresAt: Number.POSITIVE_INFINITY,
    };
    this.#remembered.set(hostname, entry);
    entry.addresses.then(
      () => (entry.expiresAt = performance.now() + REUSE_MS),
      () => this.#remembered.delete(hostname),
    );
    return entry.addresses;
  }

  /** Gives all look-ups up. */
  close(): void {
    this.#resolver.cancel();
  }

  async #ask(hostname: string): Promise<readonly string[]> {
    let found: LookupAddress[] = [];
    const lookup = dns.lookup(hostname, { all: true, order: 'ipv4first' });
    await withinLimit(lookup.then((addresses) => (found = addresses), ignore));
    return found.length > 0 ? found.map(({ address }) => address) : this.#query(hostname);
  }

  async #query(hostname: string): Promise<readonly string[]> {
    const found: [string[], string[]] = [[], []];
    const lookups = [
      this.#resolver.resolve4(hostname).then((addresses) => (found[0] = addresses), ignore),
      this.#resolver.resolve6(hostname).then((addresses) => (found[1] = addresses), ignore),
    ];
    await withinLimit(Promise.all(lookups));
    // One family may be missing, or its server broken: what did come is used, since all that is dialled is judged.
    const addresses = found.flat();
    if (addresses.length === 0) throw new EgressError('DNS_FAILED');
    return addresses;
  }

  #forgetExpired(): void {
    const now = performance.now();
    for (const [hostname, { expiresAt }] of this.#remembered) {
      if (expiresAt <= now) this.#remembered.delete(hostname);
    }
  }
}

/** No addresses of a family is no error as long as the other has some. */
const ignore = (): void => undefined;

/** Waits for the look-ups, but not longer than the limit. */
function withinLimit(lookups: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LIMIT_MS);
    void lookups.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
