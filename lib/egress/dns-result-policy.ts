import { EgressError } from '../errors/egress.errors.js';
import { isPermittedAddress } from './allow-list.js';
import type { CheckedUrl } from './url-policy.js';

/**
 * The connect-time check of the egress policy: judges every address that a connection to `url` could use. One refused address
 * refuses all of them, because a name that mixes allowed and refused addresses is suspicious.
 *
 * @throws {EgressError} `DNS_FAILED` if there is no address, `CONNECT_FAILED` if one is refused
 */
export function checkDnsResult(addresses: readonly string[], { port, rules }: CheckedUrl): void {
  if (addresses.length === 0) throw new EgressError('DNS_FAILED');
  if (!addresses.every((address) => isPermittedAddress(address, port, rules.allow))) {
    throw new EgressError('CONNECT_FAILED', { refusedByPolicy: true });
  }
}
