/** The characters of a uid. In JavaScript, `$` without the `m` flag is the very end: a trailing newline is refused. */
export const UID_PATTERN = /^[A-Za-z0-9_-]+$/;

/** Maximum length of a uid, in characters. */
export const UID_MAX_LENGTH = 64;

/**
 * The characters of a tenant's uid, which the host chooses. They include those of most e-mail addresses, of host names and of
 * prefixed keys. A `.` or `..` alone is refused, since clients and proxies resolve them as path segments of the admin API.
 */
export const TENANT_UID_PATTERN = /^(?!\.{1,2}$)[A-Za-z0-9_.:|@-]+$/;

/** The rule of `TENANT_UID_PATTERN` for messages. */
export const TENANT_UID_RULE = `1 to ${UID_MAX_LENGTH} of the characters A-Z, a-z, 0-9 and _ - . : | @, but not "." or ".." alone`;

/** Whether a value may be the uid of a transport, webhook or event. */
export function isUid(value: unknown): value is string {
  return typeof value === 'string' && value.length <= UID_MAX_LENGTH && UID_PATTERN.test(value);
}

/** Whether a value may be the uid of a tenant. */
export function isTenantUid(value: unknown): value is string {
  return typeof value === 'string' && value.length <= UID_MAX_LENGTH && TENANT_UID_PATTERN.test(value);
}

/** A source of random bytes, such as `randomBytes` of `node:crypto`. */
export type RandomBytes = (size: number) => Uint8Array;

/**
 * A UUIDv7 (RFC 9562): sorts by time, to the millisecond.
 *
 * @param nowMs milliseconds since the epoch
 * @param randomBytes called for 10 bytes, which are not changed
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
const AUDIT_PREFIX = 'aud_';
const RECOVERY_PREFIX = 'rec_';
/** Number of digits in the uid of a delivery, an audit entry or a recovery. */
export const UID_DIGITS = 13;
/** The digits of these uids: Crockford's base 32. */
export const UID_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const NUMBER = /^[0-9a-hjkmnp-tv-z]{13}$/;

/**
 * The public name of a delivery: `dlv_` and its number in 13 digits of Crockford's base 32, so that uids sort as
 * the numbers do.
 *
 * @param id a non-negative safe integer
 */
export const deliveryUidOf = (id: number): string => DELIVERY_PREFIX + digitsOf(id);

/** The public name of an audit entry, built like that of a delivery. */
export const auditUidOf = (id: number): string => AUDIT_PREFIX + digitsOf(id);

/** The number of a delivery; undefined for a text that `deliveryUidOf` never makes. */
export const deliveryIdOf = (uid: string): number | undefined => numberIn(uid, DELIVERY_PREFIX);

/**
 * The public name of a recovery or replay: `rec_` and its number, as for deliveries.
 *
 * @param id a non-negative safe integer
 */
export const recoveryUidOf = (id: number): string => RECOVERY_PREFIX + digitsOf(id);

/** The number of a recovery or replay; undefined for a text that `recoveryUidOf` never makes. */
export const recoveryIdOf = (uid: string): number | undefined => numberIn(uid, RECOVERY_PREFIX);

function digitsOf(id: number): string {
  let digits = '';
  for (let rest = id; digits.length < UID_DIGITS; rest = Math.floor(rest / 32))
    digits = UID_ALPHABET[rest % 32] + digits;
  return digits;
}

function numberIn(uid: string, prefix: string): number | undefined {
  const digits = uid.startsWith(prefix) ? uid.slice(prefix.length) : '';
  if (!NUMBER.test(digits)) return undefined;
  let id = 0;
  for (const digit of digits) id = id * 32 + UID_ALPHABET.indexOf(digit);
  return Number.isSafeInteger(id) ? id : undefined;
}
