import { PayloadInvalidError } from '../errors/payload-invalid.error.js';
import { PayloadTooLargeError } from '../errors/payload-too-large.error.js';
import { checkJson, isPlainObject, jsonFormOf } from './json-check.js';

/** The most that a body may have, in bytes of UTF-8. */
export const MAX_BODY_BYTES = 256 * 1024;

/** How deep objects and arrays of a payload may be nested, the payload itself counted. */
export const MAX_PAYLOAD_DEPTH = 32;

const LIMITS = { maxBytes: MAX_BODY_BYTES, maxDepth: MAX_PAYLOAD_DEPTH };

/**
 * The body of an event, made once: `action`, then `tenant` (what the payload says of it, and always its uid), then
 * the payload's members in their order.
 *
 * @param data a plain object of what JSON can hold; members that are `undefined` are left out
 * @throws {PayloadInvalidError} when it is not that, or has a member `action`, or `tenant` is not a plain object
 * @throws {PayloadTooLargeError} when the body is over 256 KiB
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
    // A getter or a toJSON() of the host's threw.
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

/** Copied only when there is something to leave out: a copy costs as much as writing it. */
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

/** One JSON object with the members of two. Text is joined and not objects, since those would put keys like "1" first. */
const joinObjects = (first: string, second: string): string => {
  if (first === '{}') return second;
  return second === '{}' ? first : `${first.slice(0, -1)},${second.slice(1)}`;
};

/** Counts bytes only where the length in UTF-16 units (1 to 3 bytes each) leaves a doubt. */
const exceeds = (text: string, bytes: number): boolean =>
  text.length * 3 > bytes && Buffer.byteLength(text, 'utf8') > bytes;
