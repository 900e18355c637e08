import { EgressError } from '../errors/egress.error.js';
import { isPermittedAddress } from './allow-list.js';
import type { CheckedUrl } from './url-policy.js';

/**
 * The connect-time layer of the egress policy: judges every address that a connection to `url` could use.
 * One bad address among good ones refuses them all, since a name that mixes them is up to something.
 *
 * @throws {EgressError} `DNS_FAILED` when there is none, `CONNECT_FAILED` when one is refused
 */
export function judgeAnswer(addresses: readonly string[], { port, rules }: CheckedUrl): void {
  if (addresses.length === 0) throw new EgressError('DNS_FAILED');
  if (!addresses.every((address) => isPermittedAddress(address, port, rules.allow))) {
    throw new EgressError('CONNECT_FAILED', { refusedByPolicy: true });
  }
}
