import { BlockList } from 'node:net';
import { InvalidOptionError } from '../errors/start-up.errors.js';
import { familyOf, isPublicAddress } from './address-policy.js';

interface Entry {
  readonly family: 'ipv4' | 'ipv6';
  readonly network: BlockList;
  /** Undefined: every port. */
  readonly port: number | undefined;
}

const ENTRY = /^(?:\[(?<bracketed>[^\]]*)\]|(?<plain>[^/[\]]*))\/(?<prefix>\d{1,3})(?::(?<port>\d{1,5}))?$/;
const REMEDY =
  'each entry is a CIDR with an optional port, such as 10.1.0.0/16, 127.0.0.1/32:8080 or [fd00::]/8:443';

/**
 * The operator's exceptions from the address policy. An address inside one of them passes that policy and only that: the
 * rules on URLs, names and ports still apply.
 */
export class AllowList {
  readonly #entries: readonly Entry[];

  /** @throws {InvalidOptionError} if an entry is not a CIDR with an optional port */
  constructor(cidrs: readonly string[]) {
    this.#entries = cidrs.map(parseEntry);
  }

  /** Whether the operator allows this address on this port. */
  allows(address: string, port: number): boolean {
    const family = familyOf(address);
    if (family === undefined) return false;
    return this.#entries.some(
      (entry) =>
        entry.family === family &&
        (entry.port === undefined || entry.port === port) &&
        entry.network.check(address, family),
    );
  }
}

/** Whether a connection to an address is allowed: the address is public, or the operator allows it. */
export function isPermittedAddress(address: string, port: number, allow: AllowList): boolean {
  return isPublicAddress(address) || allow.allows(address, port);
}

function parseEntry(text: string): Entry {
  const { bracketed, plain, prefix, port } = ENTRY.exec(text)?.groups ?? {};
  const address = bracketed ?? plain ?? '';
  const family = familyOf(address);
  const prefixLength = Number(prefix);
  const longest = family === 'ipv4' ? 32 : 128;
  const valid =
    family !== undefined &&
    (bracketed === undefined || family === 'ipv6') &&
    prefixLength <= longest &&
    (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535));
  if (!valid) throw new InvalidOptionError('egress.allowCidrs', text, REMEDY);
  const network = new BlockList();
  network.addSubnet(address, prefixLength, family);
  return { family, network, port: port === undefined ? undefined : Number(port) };
}
