import { applyDecorators, Controller, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { ApiDatabaseAway, ApiForbidden, ApiUid, ApiUnauthenticated } from './api-docs.js';
import { ApiErrorInterceptor } from './api-error.interceptor.js';
import { HostGuards } from './host-guards.js';
import { TenantAdminGuard } from './tenant-admin.guard.js';

/** A controller of the admin API: under a tenant, guarded, and documented as such. */
export const AdminController = (path: string): ClassDecorator =>
  applyDecorators(
    Controller(`tenants/:tenantUid/${path}`),
    UseGuards(HostGuards, TenantAdminGuard),
    UseInterceptors(ApiErrorInterceptor),
    ApiTags('webhooks'),
    ApiBearerAuth(),
    ApiUid('tenantUid', 'The tenant.', '7'),
    ApiUnauthenticated(),
    ApiForbidden(),
    ApiDatabaseAway(),
  );
