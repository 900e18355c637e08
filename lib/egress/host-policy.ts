import { TargetRefusedError } from '../errors/admin.errors.js';

/** Names that stay inside a machine, a network or a protocol, and never lead to a receiver on the internet. */
const RESERVED_TOP_LABELS = new Set([
  'alt',
  'arpa',
  'corp',
  'example',
  'home',
  'internal',
  'intranet',
  'invalid',
  'lan',
  'local',
  'localdomain',
  'localhost',
  'onion',
  'private',
  'svc',
  'test',
]);

const MAX_NAME_LENGTH = 253;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const DIGITS = /^[0-9]+$/;

/**
 * Judges a host name as `URL.hostname` gives it (lower case, punycode).
 *
 * @param isAllowed whether the operator allows this name, whatever its labels
 * @returns the name without a trailing dot
 * @throws {TargetRefusedError}
 */
export function checkHostName(hostname: string, isAllowed: (name: string) => boolean = () => false): string {
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  const labels = name.split('.');
  const last = labels.at(-1) ?? '';
  if (name.length > MAX_NAME_LENGTH || !labels.every((label) => LABEL.test(label)) || DIGITS.test(last)) {
    throw new TargetRefusedError('HOST_NAME', 'its host is not a valid domain name');
  }
  if (isAllowed(name)) return name;
  // Reserved names are checked before the number of labels, so that "localhost" gets the clearer message.
  if (RESERVED_TOP_LABELS.has(last)) {
    throw new TargetRefusedError('RESERVED_NAME', `names under "${last}" do not lead to the public internet`);
  }
  if (labels.length < 2) {
    throw new TargetRefusedError('HOST_NAME', 'its host name must contain a dot, as in "shop.example.com"');
  }
  return name;
}
