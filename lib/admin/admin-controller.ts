import { applyDecorators, Controller, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { ApiForbidden, ApiUid, ApiUnauthenticated } from './api-docs.js';
import { TenantAdminGuard } from './tenant-admin.guard.js';

/** A controller of the admin API: under a tenant, guarded, and documented as such. */
export const AdminController = (path: string): ClassDecorator =>
  applyDecorators(
    Controller(`tenants/:tenantUid/${path}`),
    UseGuards(TenantAdminGuard),
    ApiTags('webhooks'),
    ApiBearerAuth(),
    ApiUid('tenantUid', 'The tenant.', '7'),
    ApiUnauthenticated(),
    ApiForbidden(),
  );
