import { promises as dns, type LookupAddress } from 'node:dns';
import { EgressError } from '../errors/egress.errors.js';
import { InvalidOptionError } from '../errors/start-up.errors.js';
import { LookupGate } from './lookup-gate.js';

/** Time limit of a look-up, in ms. */
const LIMIT_MS = 2_000;
/** Time limit of one query to one server, in ms, so that a lost packet does not use up the whole limit. */
const QUERY_TIMEOUT_MS = 500;
const QUERY_TRIES = 3;
/** How long a DNS result is used for further connections, in ms. That is safe, because every connection judges its addresses anew. */
const REUSE_MS = 1_000;
const MAX_REMEMBERED = 1_000;

interface Remembered {
  readonly addresses: Promise<readonly string[]>;
  /** On the clock of `performance.now()`; infinite while the look-up is under way. */
  expiresAt: number;
}

/**
 * Resolves names by DNS alone. It does not use the hosts file or search domains, which know names that are not on the
 * internet. It does not use `getaddrinfo`, because a few slow names would occupy its threads for everybody. Exception: names
 * that the operator allows (`localhost`, names of other containers) are resolved by the system first.
 */
export class NameResolver {
  readonly #resolver = new dns.Resolver({ timeout: QUERY_TIMEOUT_MS, tries: QUERY_TRIES });
  readonly #gate = new LookupGate();
  readonly #remembered = new Map<string, Remembered>();

  /**
   * @param servers `ip` or `ip:port`; empty for the system's
   * @throws {InvalidOptionError} if a server is malformed
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
   * Resolves all addresses of a name, IPv4 first. They are not judged yet.
   *
   * @param group group of the look-up (the tenant's uid); a group has a limited number of look-ups at a time
   * @param asSystemDoes whether the hosts file and search domains are used too
   * @throws {EgressError} `DNS_FAILED` if no look-up returns an address. A look-up ends after at most two seconds. A name
   *   that the system does not know is then queried by DNS, for at most another two seconds
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

  /** Cancels all DNS queries. Look-ups by the system cannot be cancelled; their results are ignored after two seconds. */
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
    // One family may have no addresses, or its server may fail. The addresses that arrived are used, because all of them are judged.
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

/** It is not an error if one family has no addresses, as long as the other has some. */
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
