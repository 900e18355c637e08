import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiForbiddenResponse,
  ApiNotFoundResponse,
  ApiParam,
  ApiQuery,
  ApiServiceUnavailableResponse,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import { TENANT_UID_PATTERN, UID_MAX_LENGTH } from '../domain/uid.js';
import { ApiErrorDto } from './api-error.dto.js';
import {
  conflict,
  databaseUnavailable,
  forbidden,
  notFound,
  tooManyRequests,
  unauthenticated,
  validationFailed,
  type ApiError,
  type ApiErrorCode,
  type Resource,
} from './api-error.js';

/** The part of OpenAPI's schemas that the values of paths and queries need. */
export interface ValueSchema {
  readonly type: 'string' | 'integer';
  readonly format?: string;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: string[];
  readonly default?: string | number;
  readonly example: string | number;
}

/** The schema of a uid. */
export const uidSchema = (example: string) =>
  ({ type: 'string', pattern: '^[A-Za-z0-9_-]+$', maxLength: 64, example }) as const satisfies ValueSchema;

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
    description: 'The tenant.',
    schema: { type: 'string', pattern: TENANT_UID_PATTERN.source, maxLength: UID_MAX_LENGTH, example: '7' },
  });

/** Documents a query parameter, which may be left out. */
export const ApiOptionalQuery = (name: string, description: string, schema: ValueSchema): MethodDecorator =>
  ApiQuery({ name, required: false, description, schema });

/** Documents the 401 answer. */
export const ApiUnauthenticated = (): ClassDecorator & MethodDecorator =>
  ApiUnauthorizedResponse(documented('No bearer token, or one that is not valid.', unauthenticated()));

/** Documents the 403 answer. */
export const ApiForbidden = (): ClassDecorator & MethodDecorator =>
  ApiForbiddenResponse(documented('Without the role Tenant.Admin on this tenant.', forbidden()));

/** Documents the 400 answer. */
export const ApiInvalid = (...codes: ApiErrorCode[]): MethodDecorator =>
  ApiBadRequestResponse(
    documented('The request is not valid.', validationFailed('pageSize must not be greater than 100'), codes),
  );

/** Documents the 404 answer. */
export const ApiMissing = (resource: Resource, ...codes: ApiErrorCode[]): MethodDecorator =>
  ApiNotFoundResponse(documented('The tenant has no such resource.', notFound(resource), codes));

/** Documents the 409 answer. */
export const ApiConflicting = (
  code: ApiErrorCode,
  description: string,
  ...otherCodes: ApiErrorCode[]
): MethodDecorator => ApiConflictResponse(documented(description, conflict(code, description), otherCodes));

/** Documents the 429 answer. */
export const ApiRateLimited = (description: string, ...codes: ApiErrorCode[]): MethodDecorator =>
  ApiTooManyRequestsResponse(
    documented(description, tooManyRequests('RATE_LIMITED', 'Too soon: try again in 4 s.', 4_000), codes),
  );

/** Documents the 503 answer. */
export const ApiDatabaseAway = (): ClassDecorator & MethodDecorator =>
  ApiServiceUnavailableResponse(
    documented('The database is busy or does not answer.', databaseUnavailable(), ['DATABASE_BUSY']),
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
    description: 'Seconds until it makes sense to ask again.',
    schema: { type: 'integer', example } as const,
  },
});
