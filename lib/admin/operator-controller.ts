import { applyDecorators, Controller, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { ApiErrorInterceptor } from './api-error.interceptor.js';
import { HostGuards } from './host-guards.js';
import { NoStoreInterceptor } from './no-store.interceptor.js';
import { ApiDatabaseAway, ApiOperatorForbidden, ApiUnauthenticated } from './openapi/api-docs.js';
import { SECURITY_SCHEME, TAGS } from './openapi/tags.js';
import { OperatorGuard } from './operator.guard.js';
import { OPERATOR_PATH } from './operator-path.js';
import { JsonBodyGuard } from './validation/json-body.guard.js';

/**
 * A controller of operator routes: not below a tenant, guarded by `checkOperator`, and documented accordingly.
 *
 * @param path the part of the path after `webhookoperations/`. Default: none
 */
export const OperatorController = (path = ''): ClassDecorator =>
  applyDecorators(
    Controller(path === '' ? OPERATOR_PATH : `${OPERATOR_PATH}/${path}`),
    UseGuards(HostGuards, OperatorGuard, JsonBodyGuard),
    UseInterceptors(NoStoreInterceptor, ApiErrorInterceptor),
    ApiTags(TAGS.operations.name),
    ApiBearerAuth(SECURITY_SCHEME),
    ApiUnauthenticated(),
    ApiOperatorForbidden(),
    ApiDatabaseAway(),
  );
