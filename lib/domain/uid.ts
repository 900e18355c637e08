/** The characters of a uid. In JavaScript, `$` without the `m` flag is the very end: a trailing newline is refused. */
export const UID_PATTERN = /^[A-Za-z0-9_-]+$/;

/** The most characters of a uid. */
export const UID_MAX_LENGTH = 64;

/** Whether a value may be the uid of a tenant, transport, webhook or event. */
export function isUid(value: unknown): value is string {
  return typeof value === 'string' && value.length <= UID_MAX_LENGTH && UID_PATTERN.test(value);
}

/** A source of random bytes, such as `randomBytes` of `node:crypto`. */
export type RandomBytes = (size: number) => Uint8Array;

/**
 * A UUIDv7 (RFC 9562): sorts by time, to the millisecond.
 *
 * @param nowMs milliseconds since the epoch
 * @param randomBytes is asked for 10 bytes, which are not changed
 */
export function uuidv7(nowMs: number, randomBytes: RandomBytes): string {
  const bytes = Buffer.allocUnsafe(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.set(randomBytes(10), 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const DELIVERY_PREFIX = 'dlv_';
const DELIVERY_DIGITS = 13;
const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
const DELIVERY_UID = /^dlv_([0-9a-hjkmnp-tv-z]{13})$/;

/**
 * The public name of a delivery: `dlv_` and its number in 13 digits of Crockford's base 32, so that uids sort as
 * the numbers do.
 *
 * @param id a non-negative safe integer
 */
export function deliveryUidOf(id: number): string {
  let digits = '';
  for (let rest = id; digits.length < DELIVERY_DIGITS; rest = Math.floor(rest / 32))
    digits = CROCKFORD[rest % 32] + digits;
  return DELIVERY_PREFIX + digits;
}

/** The number of a delivery; undefined for a text that `deliveryUidOf` never makes. */
export function deliveryIdOf(uid: string): number | undefined {
  const digits = DELIVERY_UID.exec(uid)?.[1];
  if (digits === undefined) return undefined;
  let id = 0;
  for (const digit of digits) id = id * 32 + CROCKFORD.indexOf(digit);
  return Number.isSafeInteger(id) ? id : undefined;
}
