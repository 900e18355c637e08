import { PayloadInvalidError, PayloadTooLargeError } from '../errors/emit.errors.js';
import { checkJson, isPlainObject, jsonFormOf } from './json-check.js';

/** Maximum size of a body, in bytes of UTF-8. */
export const MAX_BODY_BYTES = 256 * 1024;

/** Maximum nesting depth of objects and arrays in a payload, including the payload itself. */
export const MAX_PAYLOAD_DEPTH = 32;

const LIMITS = { maxBytes: MAX_BODY_BYTES, maxDepth: MAX_PAYLOAD_DEPTH };

/**
 * Builds the body of an event: `action`, then `tenant` (the members of the payload's `tenant`, and always the tenant's
 * uid), then the payload's other members in their order. An event gets its body once; all requests send the same bytes.
 *
 * @param data a plain object of JSON values; members that are `undefined` are left out
 * @throws {PayloadInvalidError} if `data` is not a plain object of JSON values, is nested deeper than `MAX_PAYLOAD_DEPTH`, has
 *   a member `action`, or its `tenant` is not a plain object
 * @throws {PayloadTooLargeError} if the body is over 256 KiB
 */
export function buildEnvelope(action: string, tenantUid: string, data: object): string {
  try {
    const payload = plainPayload(data);
    checkJson(payload, LIMITS);
    const head = `{"action":${JSON.stringify(action)},"tenant":${tenantJson(payload['tenant'], tenantUid)}}`;
    const body = joinObjects(head, JSON.stringify(withoutTenant(payload)));
    if (exceeds(body, MAX_BODY_BYTES)) throw new PayloadTooLargeError(MAX_BODY_BYTES);
    return body;
  } catch (error) {
    if (error instanceof PayloadInvalidError || error instanceof PayloadTooLargeError) throw error;
    // A getter or a toJSON() of the host has thrown.
    throw new PayloadInvalidError('', 'cannot be written as JSON (see "cause").', { cause: error });
  }
}

function plainPayload(data: unknown): Record<string, unknown> {
  const json = typeof data === 'object' && data !== null ? jsonFormOf(data, '') : data;
  if (!isPlainObject(json))
    throw new PayloadInvalidError('', 'must be a plain object, such as { order: { Uid: "700" } }.');
  if (Object.hasOwn(json, 'action')) {
    throw new PayloadInvalidError(
      'action',
      'would hide the action that is emitted: give the member another name.',
    );
  }
  return json;
}

/** Copies the payload only if there is a member to leave out: a copy costs as much as writing the JSON text. */
function withoutTenant(payload: Record<string, unknown>): Record<string, unknown> {
  if (payload['tenant'] === undefined) return payload;
  const { tenant: _written, ...members } = payload;
  return members;
}

function tenantJson(tenant: unknown, tenantUid: string): string {
  const uid = `{"Uid":${JSON.stringify(tenantUid)}}`;
  if (tenant === undefined) return uid;
  if (!isPlainObject(tenant))
    throw new PayloadInvalidError('tenant', 'must be a plain object, such as { Id: 7 }.');
  const { Uid: _always, ...members } = tenant;
  return joinObjects(JSON.stringify(members), uid);
}

/** One JSON object with the members of two. Texts are joined instead of objects, because objects put keys like "1" first. */
const joinObjects = (first: string, second: string): string => {
  if (first === '{}') return second;
  return second === '{}' ? first : `${first.slice(0, -1)},${second.slice(1)}`;
};

/** Counts the bytes only if the text may be too long: a UTF-16 code unit takes at most 3 bytes in UTF-8. */
const exceeds = (text: string, bytes: number): boolean =>
  text.length * 3 > bytes && Buffer.byteLength(text, 'utf8') > bytes;
