import { applyDecorators, Controller, UseGuards } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiConflictResponse,
  ApiForbiddenResponse,
  ApiNotFoundResponse,
  ApiParam,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { ApiErrorCode } from './api-error.js';
import { ApiErrorDto } from './api-error.dto.js';
import { TenantAdminGuard } from './tenant-admin.guard.js';

/** A controller of the admin API: under a tenant, guarded, and documented as such. */
export const AdminController = (path: string): ClassDecorator =>
  applyDecorators(
    Controller(`tenants/:tenantUid/${path}`),
    UseGuards(TenantAdminGuard),
    ApiTags('webhooks'),
    ApiBearerAuth(),
    ApiUid('tenantUid', 'The tenant.', '7'),
    ApiUnauthorizedResponse(documented('No bearer token, or one that is not valid.', 401, 'UNAUTHENTICATED')),
    ApiForbiddenResponse(documented('Without the role Tenant.Admin on this tenant.', 403, 'FORBIDDEN')),
  );

/** Documents a uid in the path. */
export const ApiUid = (
  name: string,
  description: string,
  example: string,
): MethodDecorator & ClassDecorator =>
  ApiParam({
    name,
    description,
    example,
    schema: { type: 'string', pattern: '^[A-Za-z0-9_-]+$', maxLength: 64 },
  });

/** Documents the 400 answer. */
export const ApiInvalid = (...codes: ApiErrorCode[]): MethodDecorator =>
  ApiBadRequestResponse(documented('The request is not valid.', 400, 'VALIDATION_FAILED', ...codes));

/** Documents the 404 answer. */
export const ApiMissing = (...codes: ApiErrorCode[]): MethodDecorator =>
  ApiNotFoundResponse(documented('The tenant has no such resource.', 404, ...codes));

/** Documents the 409 answer. */
export const ApiConflicting = (description: string, code: ApiErrorCode): MethodDecorator =>
  ApiConflictResponse(documented(description, 409, code));

function documented(description: string, status: keyof typeof EXAMPLES, ...codes: ApiErrorCode[]) {
  const { error, message } = EXAMPLES[status];
  return {
    description: `${description} \`code\`: ${codes.map((code) => `\`${code}\``).join(', ')}.`,
    type: ApiErrorDto,
    example: { statusCode: status, error, code: codes[0], message: [message] },
  };
}

const EXAMPLES = {
  400: { error: 'Bad Request', message: 'pageSize must not be greater than 100' },
  401: { error: 'Unauthorized', message: 'A valid bearer token is required.' },
  403: { error: 'Forbidden', message: 'The role Tenant.Admin on this tenant is required.' },
  404: { error: 'Not Found', message: 'No such http transport.' },
  409: { error: 'Conflict', message: 'The http transport uid "erp" is taken in this tenant.' },
} as const;
