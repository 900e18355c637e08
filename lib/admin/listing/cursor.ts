import { createHmac, timingSafeEqual } from 'node:crypto';
import { badRequest } from '../api-error.js';

/** Form of a cursor: a number and a signature in base64url. */
export const CURSOR_PATTERN = /^([1-9][0-9]{0,15})\.([A-Za-z0-9_-]{22})$/;
const MAC_BYTES = 16;

/**
 * Position in a keyset list: the next page begins after this id. Cursors are signed for one list of one tenant, so that
 * clients cannot construct them and do not depend on their contents.
 *
 * @param key the same in all processes
 * @param list which list of which tenant
 */
export const encodeCursor = (key: Buffer, list: readonly string[], id: number): string =>
  `${id}.${macOf(key, list, String(id)).toString('base64url')}`;

/** @throws {ApiError} 400 `INVALID_CURSOR` for a text that `encodeCursor` did not make for this list */
export function decodeCursor(key: Buffer, list: readonly string[], cursor: string): number {
  const [, id, mac] = CURSOR_PATTERN.exec(cursor) ?? [];
  if (id === undefined || mac === undefined) throw invalidCursor();
  const given = Buffer.from(mac, 'base64url');
  // The text is compared as well: base64 has several encodings of the same bytes, and only one is valid.
  if (!timingSafeEqual(given, macOf(key, list, id)) || given.toString('base64url') !== mac)
    throw invalidCursor();
  return Number(id);
}

const macOf = (key: Buffer, list: readonly string[], id: string): Buffer =>
  createHmac('sha256', key)
    .update(JSON.stringify([...list, id]))
    .digest()
    .subarray(0, MAC_BYTES);

/** 400 for a text that is not a cursor of the list. */
export const invalidCursor = () =>
  badRequest('INVALID_CURSOR', 'cursor must be the nextCursor of a response of this list, unchanged');
