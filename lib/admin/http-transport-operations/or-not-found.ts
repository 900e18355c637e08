import { apiErrorOf } from '../api-error-of.js';
import { notFound } from '../api-error.js';

/**
 * Maps the outcome of an operation on an HTTP transport to a result or an error of the admin API.
 *
 * @param operation resolves with undefined if the tenant has no such transport
 * @throws {ApiError} 400, 404 or 409
 */
export async function orNotFound<Result>(operation: Promise<Result | undefined>): Promise<Result> {
  const result = await operation.catch((error: unknown) => {
    throw apiErrorOf(error);
  });
  if (result === undefined) throw notFound('HTTP_TRANSPORT');
  return result;
}
