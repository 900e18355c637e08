import { applyDecorators, Controller, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { ApiDatabaseAway, ApiForbidden, ApiTenantUid, ApiUnauthenticated } from './api-docs.js';
import { ApiErrorInterceptor } from './api-error.interceptor.js';
import { NoStoreInterceptor } from './no-store.interceptor.js';
import { TenantAdminGuard } from './tenant-admin.guard.js';
import { JsonBodyGuard } from './validation/json-body.guard.js';

/** A controller of the admin API: under a tenant, guarded, and documented as such. */
export const AdminController = (path: string): ClassDecorator =>
  applyDecorators(
    Controller(`tenants/:tenantUid/${path}`),
    UseGuards(TenantAdminGuard, JsonBodyGuard),
    UseInterceptors(NoStoreInterceptor, ApiErrorInterceptor),
    ApiTags('webhooks'),
    ApiBearerAuth(),
    ApiTenantUid(),
    ApiUnauthenticated(),
    ApiForbidden(),
    ApiDatabaseAway(),
  );
