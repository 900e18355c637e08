import { InvalidOptionError } from '../errors/start-up.errors.js';
import type { CheckedUrl } from './url-policy.js';

const REMEDY =
  'each entry is a host (every port), an origin such as https://api.example.com:8443, or *.example.com for all names below example.com';

/**
 * Hosts and origins to which the operator forbids all sending: receivers that have complained, or that must not be reached
 * from here. The host in the URL is judged, not the addresses that it resolves to.
 */
export class DenyList {
  readonly #hosts = new Set<string>();
  readonly #origins = new Set<string>();
  /** Each with its leading dot. */
  readonly #suffixes: string[] = [];

  /** @throws {InvalidOptionError} if an entry is neither a host, an origin nor a wildcard */
  constructor(entries: readonly string[]) {
    for (const entry of entries) this.#add(entry);
  }

  denies({ hostname, origin }: CheckedUrl): boolean {
    return (
      this.#hosts.has(hostname) ||
      this.#origins.has(origin) ||
      this.#suffixes.some((suffix) => hostname.endsWith(suffix))
    );
  }

  #add(entry: string): void {
    if (/^https?:\/\//i.test(entry)) {
      const url = parse(entry, entry);
      this.#origins.add(`${url.protocol}//${hostOf(url, entry)}${url.port && `:${url.port}`}`);
    } else if (entry.startsWith('*.')) {
      this.#suffixes.push(`.${hostOf(parse(`https://${entry.slice(2)}`, entry), entry)}`);
    } else {
      const url = parse(`https://${entry}`, entry);
      if (/:\d*\/?$/.test(entry)) throw refused(entry);
      const host = hostOf(url, entry);
      this.#hosts.add(host.startsWith('[') ? host.slice(1, -1) : host);
    }
  }
}

/** The host as the URL policy spells it: in lower case, punycode, without a trailing dot. */
function hostOf({ hostname }: URL, entry: string): string {
  const host = hostname.replace(/\.$/, '');
  if (host === '' || host.includes('*')) throw refused(entry);
  return host;
}

function parse(text: string, entry: string): URL {
  if (/[\s\\]/.test(text) || !URL.canParse(text)) throw refused(entry);
  const url = new URL(text);
  const isMore = url.pathname !== '/' || url.search || url.hash || url.username || url.password;
  if (isMore) throw refused(entry);
  return url;
}

const refused = (entry: string): InvalidOptionError =>
  new InvalidOptionError('egress.denyOrigins', entry, REMEDY);
