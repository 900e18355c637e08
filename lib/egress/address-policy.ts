import { BlockList, isIP } from 'node:net';

/** IPv4 ranges that are not public: RFC 6890 and its successors, and the host-internal address of Azure. */
const REFUSED_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** Global unicast addresses. All others (mapped, translated, NAT64, local, multicast) are refused. */
const GLOBAL_IPV6 = ['2000::/3'];

/** Ranges of the global unicast prefix that are not public: protocol assignments, documentation, 6to4, AS112. */
const REFUSED_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

const refusedIpv4 = blockListOf(REFUSED_IPV4, 'ipv4');
const globalIpv6 = blockListOf(GLOBAL_IPV6, 'ipv6');
const refusedIpv6 = blockListOf(REFUSED_IPV6, 'ipv6');

/**
 * Whether an address is on the public internet, so that it may be a target without the operator's permission. A text that is
 * not a plain address (a name, an address with a zone id, an empty string) is not public.
 */
export function isPublicAddress(address: string): boolean {
  switch (familyOf(address)) {
    case 'ipv4':
      return !refusedIpv4.check(address, 'ipv4');
    case 'ipv6':
      return globalIpv6.check(address, 'ipv6') && !refusedIpv6.check(address, 'ipv6');
    case undefined:
      return false;
  }
}

/**
 * The family of an address; undefined: the text is not an address. A scoped address (`fe80::1%eth0`) does not count as one,
 * because the part after `%` names an interface of this machine.
 */
export function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  if (address.includes('%')) return undefined;
  const version = isIP(address);
  return version === 4 ? 'ipv4' : version === 6 ? 'ipv6' : undefined;
}

/** One list per family, since a mixed one also compares IPv4-mapped IPv6 addresses with IPv4 rules. */
function blockListOf(cidrs: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const slash = cidr.indexOf('/');
    list.addSubnet(cidr.slice(0, slash), Number(cidr.slice(slash + 1)), family);
  }
  return list;
}
