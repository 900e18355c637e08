import { notFound } from '../api-error.js';

/**
 * Returns the result of an operation on an HTTP transport.
 *
 * @param operation resolves with undefined if the tenant has no such transport
 * @throws {ApiError} 404
 */
export async function orNotFound<Result>(operation: Promise<Result | undefined>): Promise<Result> {
  const result = await operation;
  if (result === undefined) throw notFound('HTTP_TRANSPORT');
  return result;
}
