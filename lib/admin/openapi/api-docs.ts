import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiConflictResponse,
  ApiForbiddenResponse,
  ApiNotFoundResponse,
  ApiParam,
  ApiPayloadTooLargeResponse,
  ApiQuery,
  ApiServiceUnavailableResponse,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';
import { TENANT_UID_PATTERN, TENANT_UID_RULE, UID_MAX_LENGTH, UID_PATTERN } from '../../domain/uid.js';
import { ApiErrorDto } from '../api-error.dto.js';
import {
  bodyTooLarge,
  conflict,
  databaseUnavailable,
  forbidden,
  notFound,
  operatorForbidden,
  tooManyRequests,
  unauthenticated,
  unsupportedMediaType,
  validationFailed,
  type ApiError,
  type ApiErrorCode,
  type Resource,
} from '../api-error.js';

/** The part of OpenAPI's schemas that is needed for parameters in paths and queries. */
export interface ValueSchema {
  readonly type: 'string' | 'integer';
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: string[];
  readonly default?: string | number;
  readonly example: string | number;
}

/** Keywords of a schema that accepts a uid. */
export const UID_KEYWORDS = { pattern: UID_PATTERN.source, minLength: 1, maxLength: UID_MAX_LENGTH } as const;

/** Keywords of a schema that accepts a uid, or the empty text for a new uid. */
export const UID_OR_BLANK_KEYWORDS = {
  pattern: UID_PATTERN.source.replace('+$', '*$'),
  minLength: 0,
  maxLength: UID_MAX_LENGTH,
} as const;

/** The schema of a uid. */
export const uidSchema = (example: string) =>
  ({ type: 'string', ...UID_KEYWORDS, example }) as const satisfies ValueSchema;

/** Message of the 400 response to a malformed uid in the path. */
export const invalidUid = (name: string): string =>
  `${name} must be 1 to ${UID_MAX_LENGTH} of the characters A-Z, a-z, 0-9, "_" and "-"`;

/** Message of the 400 response to a malformed tenant uid in the path. */
export const INVALID_TENANT_UID = `tenantUid must be ${TENANT_UID_RULE}`;

/** Documents a uid in the path. */
export const ApiUid = (
  name: string,
  description: string,
  example: string,
): MethodDecorator & ClassDecorator => ApiParam({ name, description, schema: uidSchema(example) });

/** Documents the tenant in the path. */
export const ApiTenantUid = (): MethodDecorator & ClassDecorator =>
  ApiParam({
    name: 'tenantUid',
    description: 'Uid of the tenant.',
    schema: {
      type: 'string',
      pattern: TENANT_UID_PATTERN.source,
      minLength: 1,
      maxLength: UID_MAX_LENGTH,
      example: '7',
    },
  });

/** Documents an optional query parameter. */
export const ApiOptionalQuery = (name: string, description: string, schema: ValueSchema): MethodDecorator =>
  ApiQuery({ name, required: false, description, schema });

/**
 * Documents the JSON body of a request, and the responses to a body that cannot be read.
 *
 * @param examples request bodies by the names under which Swagger UI offers them; it fills in the first one
 * @param required whether the request must have a body; default true
 */
export const ApiJsonBody = (
  type: Type,
  examples: Readonly<Record<string, object>>,
  { required = true }: { required?: boolean } = {},
): MethodDecorator =>
  applyDecorators(
    ApiBody({
      type,
      required,
      examples: Object.fromEntries(
        Object.entries(examples).map(([summary, value]) => [summary, { summary, value }]),
      ),
    }),
    ApiPayloadTooLargeResponse(documented('The body is too large.', bodyTooLarge())),
    ApiUnsupportedMediaTypeResponse(documented('The body is not JSON in UTF-8.', unsupportedMediaType())),
  );

/**
 * Documents the 401 response.
 *
 * @param codes further codes that the route can return, beside `UNAUTHENTICATED`
 */
export const ApiUnauthenticated = (...codes: ApiErrorCode[]): ClassDecorator & MethodDecorator =>
  ApiUnauthorizedResponse({
    ...documented('The request has no valid credentials.', unauthenticated(), codes),
    headers: {
      'www-authenticate': {
        description: 'Authentication scheme that this service expects; `Bearer` by default.',
        schema: { type: 'string', example: 'Bearer' },
      },
    },
  });

/** Documents the 403 response. */
export const ApiForbidden = (): ClassDecorator & MethodDecorator =>
  ApiForbiddenResponse(
    documented(
      'The caller may not administer this tenant, the portal link is read-only, or the change comes from a page of another origin.',
      forbidden(),
      ['PORTAL_READ_ONLY', 'CROSS_SITE_REQUEST'],
    ),
  );

/** Documents the 403 response of an operator route. */
export const ApiOperatorForbidden = (): ClassDecorator & MethodDecorator =>
  ApiForbiddenResponse(
    documented(
      'The caller is not an operator, or the change comes from a page of another origin.',
      operatorForbidden(),
      ['OPERATOR_ACCESS_UNDEFINED', 'CROSS_SITE_REQUEST'],
    ),
  );

/**
 * Documents the 400 response.
 *
 * @param message an example of `message` that the route can return
 * @param codes further codes that the route can return, beside `VALIDATION_FAILED`
 */
export const ApiInvalid = (message: string, ...codes: ApiErrorCode[]): MethodDecorator =>
  ApiBadRequestResponse(documented('The request is not valid.', validationFailed(message), codes));

/** Documents the 404 response. */
export const ApiMissing = (resource: Resource, ...codes: ApiErrorCode[]): MethodDecorator =>
  ApiNotFoundResponse(documented('The tenant has no such resource.', notFound(resource), codes));

/** Documents the 409 response. */
export const ApiConflicting = (
  code: ApiErrorCode,
  description: string,
  ...otherCodes: ApiErrorCode[]
): MethodDecorator => ApiConflictResponse(documented(description, conflict(code, description), otherCodes));

/** Documents the 429 response. */
export const ApiRateLimited = (description: string, ...codes: ApiErrorCode[]): MethodDecorator =>
  ApiTooManyRequestsResponse(
    documented(
      description,
      tooManyRequests('RATE_LIMITED', 'Rate limit exceeded: try again in 4 s.', 4_000),
      codes,
    ),
  );

/** Documents the 503 response. */
export const ApiDatabaseAway = (): ClassDecorator & MethodDecorator =>
  ApiServiceUnavailableResponse(
    documented(
      'The database is busy, does not respond, or lacks tables of this service.',
      databaseUnavailable(),
      ['DATABASE_BUSY', 'TABLES_MISSING'],
    ),
  );
function documented(description: string, example: ApiError, otherCodes: readonly ApiErrorCode[] = []) {
  const codes = [example.code, ...otherCodes].map((code) => `\`${code}\``).join(', ');
  const { retryAfterSeconds } = example;
  return {
    description: `${description} \`code\`: ${codes}.`,
    type: ApiErrorDto,
    example: example.getResponse(),
    ...(retryAfterSeconds !== undefined && { headers: retryAfter(retryAfterSeconds) }),
  };
}

const retryAfter = (example: number) => ({
  'retry-after': {
    description: 'Number of seconds after which the client should retry.',
    schema: { type: 'integer', example } as const,
  },
});
