import { bodyTooLarge, unsupportedMediaType, validationFailed, type ApiError } from '../api-error.js';

/** The members that the errors of both platforms share. */
interface ParserError {
  /** Set by body-parser (Express). */
  readonly type?: unknown;
  /** Set by Fastify. */
  readonly code?: unknown;
  readonly status?: unknown;
  readonly statusCode?: unknown;
}

const invalidJson = () => validationFailed('The body is not valid JSON.');
const invalidLength = () => validationFailed('The length of the body differs from content-length.');

/**
 * The responses, by the `type` of body-parser's errors and the `code` of Fastify's. `apiErrorOfParser` recognizes further errors by
 * their class, and leaves all others to the host.
 */
const API_ERRORS: Readonly<Record<string, () => ApiError>> = {
  'entity.parse.failed': invalidJson,
  // Fastify also uses this code for member names that would change a prototype.
  FST_ERR_CTP_INVALID_JSON_BODY: () =>
    validationFailed('The body is not valid JSON, or has a member named __proto__ or constructor.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () =>
    validationFailed(
      'The body is empty although content-type is application/json: send a JSON object, or no content-type.',
    ),
  'request.size.invalid': invalidLength,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: invalidLength,
  'entity.too.large': bodyTooLarge,
  FST_ERR_CTP_BODY_TOO_LARGE: bodyTooLarge,
  'parameters.too.many': bodyTooLarge,
  'charset.unsupported': unsupportedMediaType,
  'encoding.unsupported': unsupportedMediaType,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: unsupportedMediaType,
};

/**
 * Maps an error that the platform raised while it read a request to one of the admin API.
 *
 * @returns undefined for every other error, such as one of the host's own middleware
 */
export function apiErrorOfParser(error: unknown): ApiError | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { type, code, status, statusCode } = error as ParserError;
  for (const key of [type, code]) {
    if (typeof key === 'string' && Object.hasOwn(API_ERRORS, key)) return API_ERRORS[key]!();
  }
  if ((status ?? statusCode) !== 400) return undefined;
  if (error instanceof URIError) return validationFailed('The path contains invalid percent-encoding.');
  return error instanceof SyntaxError ? invalidJson() : undefined;
}
