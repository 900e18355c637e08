import { InvalidOptionError } from '../errors/start-up.errors.js';
import { familyOf } from './address-policy.js';

interface Entry {
  /** The name itself; with a leading dot, the suffix of the allowed names. */
  readonly name: string;
  /** Undefined: every port. */
  readonly port: number | undefined;
}

const ENTRY = /^(?<wildcard>\*\.)?(?<name>[^:*]+)(?::(?<port>\d{1,5}))?$/;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const REMEDY =
  'each entry is a host name or *. and a suffix, with an optional port, such as localhost:4000, orders or *.svc.cluster.local:8080; ' +
  'list addresses in egress.allowCidrs instead';

/**
 * The operator's exceptions from the rules on names, for development and private networks: names of one label and reserved
 * names (`localhost`, `*.internal`). The system resolves these names, with its hosts file. Their addresses are still judged.
 */
export class AllowedHosts {
  readonly #entries: readonly Entry[];

  /** @throws {InvalidOptionError} if an entry is not a host name or suffix with an optional port */
  constructor(hosts: readonly string[]) {
    if (!Array.isArray(hosts))
      throw new InvalidOptionError('egress.allowHosts', hosts, 'give a list of strings.');
    this.#entries = hosts.map(parseEntry);
  }

  /** @param name in lower case, without a trailing dot */
  allows(name: string, port: number): boolean {
    return this.#entries.some(
      (entry) =>
        (entry.port === undefined || entry.port === port) &&
        (entry.name.startsWith('.') ? name.endsWith(entry.name) : name === entry.name),
    );
  }
}

function parseEntry(text: string): Entry {
  const { wildcard, name = '', port } = (typeof text === 'string' && ENTRY.exec(text)?.groups) || {};
  const lower = name.toLowerCase();
  const isValid =
    lower.length <= 253 &&
    lower.split('.').every((label) => LABEL.test(label)) &&
    familyOf(lower) === undefined &&
    (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535));
  if (!isValid) throw new InvalidOptionError('egress.allowHosts', text, REMEDY);
  return {
    name: wildcard === undefined ? lower : `.${lower}`,
    port: port === undefined ? undefined : Number(port),
  };
}
