import { apiErrorOf } from '../api-error-of.js';
import type { DtoPipe } from '../validation/dto.pipe.js';
import { plainInput } from '../validation/plain-input.js';
import { UidPipe } from '../validation/uid.pipe.js';

const uids = new UidPipe();

/**
 * Checks a uid as the REST API checks one in a path.
 *
 * @param name name of the argument, for the message
 * @throws {ApiError} 400 `VALIDATION_FAILED`
 */
export const checkedUid = (name: string, uid: string): string =>
  uids.transform(uid, { type: 'param', data: name });

/**
 * Checks an argument by the rules of the DTO with which the REST API checks a body or a query.
 *
 * @param what names the argument in the message; `query` and `options` may be undefined, which means no members
 * @throws {ApiError} 400 `VALIDATION_FAILED`
 */
export function checkedInput<Dto extends object>(
  pipe: DtoPipe<Dto>,
  what: 'input' | 'query' | 'options',
  value: unknown,
): Promise<Dto> {
  const given = what === 'input' ? value : (value ?? {});
  return pipe.transform(asJson(plainInput(given, what)), { type: what === 'query' ? 'query' : 'body' });
}

/** Runs an operation and maps errors of lower layers to those of the REST API. */
export async function withApiErrors<Result>(operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    throw apiErrorOf(error);
  }
}

/**
 * The value as a JSON parser would have returned it: without undefined members, and with dates as text. The rules
 * distinguish an absent member from one with a value, so `{ token: undefined }` must not differ from `{}`. Values that JSON
 * does not support are kept, so that validation rejects them.
 */
function asJson(value: unknown): unknown {
  if (value instanceof Date) return value.toJSON();
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, asJson(member)]));
}
