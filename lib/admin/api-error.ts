import { HttpException, HttpStatus } from '@nestjs/common';
import { brandAsWebhooksError } from '../errors/webhooks-error.js';

/** The codes of the admin API's errors. They are stable over releases, so branch on them rather than on messages. */
export const API_ERROR_CODES = [
  'VALIDATION_FAILED',
  'TARGET_REFUSED',
  'HEADER_REFUSED',
  'CREDENTIALS_REQUIRED',
  'UNKNOWN_ACTION',
  'READ_ONLY_FIELD',
  'INVALID_SIGNING_SECRET',
  'INVALID_CURSOR',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'METHOD_NOT_ALLOWED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'OPERATOR_ACCESS_UNDEFINED',
  'PORTAL_READ_ONLY',
  'PORTAL_LINK_INVALID',
  'CROSS_SITE_REQUEST',
  'HTTP_TRANSPORT_NOT_FOUND',
  'WEBHOOK_NOT_FOUND',
  'DELIVERY_NOT_FOUND',
  'EVENT_NOT_FOUND',
  'RECOVERY_NOT_FOUND',
  'PORTAL_LINK_NOT_FOUND',
  'UID_TAKEN',
  'QUOTA_EXCEEDED',
  'CONCURRENT_CHANGE',
  'TRANSPORT_STATE_CONFLICT',
  'RECOVERY_ACTIVE',
  'DELIVERIES_HELD',
  'REDELIVERY_PENDING',
  'PAYLOAD_GONE',
  'HTTP_TRANSPORT_DELETED',
  'WEBHOOK_DELETED',
  'RATE_LIMITED',
  'ORIGIN_BUSY',
  'DATABASE_BUSY',
  'DATABASE_UNAVAILABLE',
  'TABLES_MISSING',
] as const;
export type ApiErrorCode = (typeof API_ERROR_CODES)[number];

const ERROR_NAMES = {
  [HttpStatus.BAD_REQUEST]: 'Bad Request',
  [HttpStatus.UNAUTHORIZED]: 'Unauthorized',
  [HttpStatus.FORBIDDEN]: 'Forbidden',
  [HttpStatus.NOT_FOUND]: 'Not Found',
  [HttpStatus.METHOD_NOT_ALLOWED]: 'Method Not Allowed',
  [HttpStatus.CONFLICT]: 'Conflict',
  [HttpStatus.PAYLOAD_TOO_LARGE]: 'Payload Too Large',
  [HttpStatus.UNSUPPORTED_MEDIA_TYPE]: 'Unsupported Media Type',
  [HttpStatus.TOO_MANY_REQUESTS]: 'Too Many Requests',
  [HttpStatus.SERVICE_UNAVAILABLE]: 'Service Unavailable',
} as const;
export type ApiErrorStatus = keyof typeof ERROR_NAMES;

/** It is unknown when the cause of a 503 ends, so clients are told to retry after 1 s. */
const SOON_SECONDS = 1;

export interface ApiErrorOptions {
  /** When the client should retry, in seconds. Sent as the header `retry-after`. */
  readonly retryAfterSeconds?: number;
  /** For the log only, never for the response. */
  readonly cause?: unknown;
}

/** An unsuccessful response of the admin API: Nest's usual body with a stable `code`. */
export class ApiError extends HttpException {
  readonly retryAfterSeconds: number | undefined;

  constructor(
    statusCode: ApiErrorStatus,
    readonly code: ApiErrorCode,
    message: readonly string[],
    { retryAfterSeconds, cause }: ApiErrorOptions = {},
  ) {
    super({ statusCode, error: ERROR_NAMES[statusCode], code, message }, statusCode, { cause });
    // Nest uses the body's message for the exception only if it is a single text.
    this.message = message.join('; ');
    this.retryAfterSeconds = retryAfterSeconds;
    // A host that calls `HttpTransports` and similar classes can handle it like every other error of the module.
    brandAsWebhooksError(this);
  }
}

/** 401. */
export const unauthenticated = (): ApiError =>
  new ApiError(HttpStatus.UNAUTHORIZED, 'UNAUTHENTICATED', ['A valid bearer token is required.']);

/** 403. */
export const forbidden = (): ApiError =>
  new ApiError(HttpStatus.FORBIDDEN, 'FORBIDDEN', ['The caller may not administer this tenant.']);

/** 403 for an operator route. */
export const operatorForbidden = (): ApiError =>
  new ApiError(HttpStatus.FORBIDDEN, 'FORBIDDEN', ['Only operators of this service may do this.']);

/** 403 for an operator route if the host's access policy does not say who is an operator. */
export const operatorAccessUndefined = (): ApiError =>
  new ApiError(HttpStatus.FORBIDDEN, 'OPERATOR_ACCESS_UNDEFINED', [
    'The access policy of this service has no checkOperator, so nobody may use the operator routes.',
  ]);

/** 403 for a change that is requested with the token of a read-only portal link. */
export const portalReadOnly = (): ApiError =>
  new ApiError(HttpStatus.FORBIDDEN, 'PORTAL_READ_ONLY', ['This portal link does not permit changes.']);

/** 403 for a change that a page of another origin may have requested with the cookies of the user. */
export const crossSiteRequest = (): ApiError =>
  new ApiError(HttpStatus.FORBIDDEN, 'CROSS_SITE_REQUEST', [
    'A change that is authorized by cookies must come from a page of the same origin, with the header x-tillhook-portal: session.',
  ]);

/** 401 for the code of a portal link that was opened before, and for a code or token whose link was revoked or has expired. */
export const portalLinkInvalid = (): ApiError =>
  new ApiError(HttpStatus.UNAUTHORIZED, 'PORTAL_LINK_INVALID', [
    'The portal link is not valid: it was opened before, was revoked, or has expired. Ask for a new one.',
  ]);

/** 400 for input that is malformed or contradictory. */
export const validationFailed = (...message: string[]): ApiError =>
  new ApiError(HttpStatus.BAD_REQUEST, 'VALIDATION_FAILED', message);

/** 400 with a specific code. */
export const badRequest = (code: ApiErrorCode, ...message: string[]): ApiError =>
  new ApiError(HttpStatus.BAD_REQUEST, code, message);

/** 405. The methods that the path supports are in the header `allow`. */
export const methodNotAllowed = (): ApiError =>
  new ApiError(HttpStatus.METHOD_NOT_ALLOWED, 'METHOD_NOT_ALLOWED', [
    'The path does not support this method: use one that the header allow lists.',
  ]);

/** 413. */
export const bodyTooLarge = (): ApiError =>
  new ApiError(HttpStatus.PAYLOAD_TOO_LARGE, 'BODY_TOO_LARGE', [
    'The body is larger than the server accepts: send a smaller one.',
  ]);

/** 415. */
export const unsupportedMediaType = (): ApiError =>
  new ApiError(HttpStatus.UNSUPPORTED_MEDIA_TYPE, 'UNSUPPORTED_MEDIA_TYPE', [
    'The body must be JSON in UTF-8: send it with content-type: application/json.',
  ]);

/** The kinds of resources that a 404 can name. */
export type Resource = 'HTTP_TRANSPORT' | 'WEBHOOK' | 'DELIVERY' | 'EVENT' | 'RECOVERY' | 'PORTAL_LINK';

/** 404: the same response for a resource that does not exist and for one of another tenant. It repeats nothing from the request. */
export const notFound = (resource: Resource): ApiError =>
  new ApiError(HttpStatus.NOT_FOUND, `${resource}_NOT_FOUND`, [
    `No such ${resource.toLowerCase().replace('http', 'HTTP').replace('_', ' ')}.`,
  ]);

/** 409. */
export const conflict = (code: ApiErrorCode, ...message: string[]): ApiError =>
  new ApiError(HttpStatus.CONFLICT, code, message);

/** 429. */
export const tooManyRequests = (code: ApiErrorCode, message: string, retryAfterMs: number): ApiError =>
  new ApiError(HttpStatus.TOO_MANY_REQUESTS, code, [message], {
    retryAfterSeconds: Math.ceil(retryAfterMs / 1_000),
  });

/** 503 for a request that was not carried out because other connections kept the database busy. */
export const databaseBusy = (cause?: unknown): ApiError =>
  new ApiError(
    HttpStatus.SERVICE_UNAVAILABLE,
    'DATABASE_BUSY',
    ['The database is busy. Nothing was changed: try again.'],
    { retryAfterSeconds: SOON_SECONDS, cause },
  );

/** 503 for a request whose outcome is unknown. */
export const databaseUnavailable = (cause?: unknown): ApiError =>
  new ApiError(
    HttpStatus.SERVICE_UNAVAILABLE,
    'DATABASE_UNAVAILABLE',
    [
      'The database does not respond. The outcome of the request is unknown: read the resource before you try again.',
    ],
    { retryAfterSeconds: SOON_SECONDS, cause },
  );

/** 503 while tables of the module are missing. The operator's log names them. */
export const tablesMissing = (cause?: unknown): ApiError =>
  new ApiError(
    HttpStatus.SERVICE_UNAVAILABLE,
    'TABLES_MISSING',
    ['The tables of this service are missing. Nothing was changed: an operator has to run the migrations.'],
    { retryAfterSeconds: SOON_SECONDS, cause },
  );
