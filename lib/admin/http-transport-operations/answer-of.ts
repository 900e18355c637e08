import { apiErrorOf } from '../api-error-of.js';
import { notFound } from '../api-error.js';

/**
 * What an operation on an http transport came to, in the terms of the admin API.
 *
 * @param operation resolves with undefined when the tenant has no such transport
 * @throws {ApiError} 400, 404 or 409
 */
export async function answerOf<Result>(operation: Promise<Result | undefined>): Promise<Result> {
  const result = await operation.catch((error: unknown) => {
    throw apiErrorOf(error);
  });
  if (result === undefined) throw notFound('HTTP_TRANSPORT');
  return result;
}
