import { applyDecorators, Controller, SetMetadata, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { ApiDatabaseAway, ApiForbidden, ApiTenantUid, ApiUnauthenticated } from './openapi/api-docs.js';
import { ApiErrorInterceptor } from './api-error.interceptor.js';
import { HostGuards } from './host-guards.js';
import { NoStoreInterceptor } from './no-store.interceptor.js';
import { SECURITY_SCHEME, TAGS, type WebhooksTagGroup } from './openapi/tags.js';
import { TenantAdminGuard } from './tenant-admin.guard.js';
import { JsonBodyGuard } from './validation/json-body.guard.js';

/** Metadata of the controllers of the admin API. */
export const ADMIN_CONTROLLER = 'nestjs-tillhook:admin-controller';

/**
 * A controller of the admin API: its routes have the tenant in their path, are guarded, and are documented accordingly.
 *
 * @param path the part of the path after `tenants/:tenantUid/`
 * @param group the tag under which its routes are documented
 */
export const AdminController = (path: string, group: WebhooksTagGroup): ClassDecorator =>
  applyDecorators(
    Controller(`tenants/:tenantUid/${path}`),
    SetMetadata(ADMIN_CONTROLLER, true),
    UseGuards(HostGuards, TenantAdminGuard, JsonBodyGuard),
    UseInterceptors(NoStoreInterceptor, ApiErrorInterceptor),
    ApiTags(TAGS[group].name),
    ApiBearerAuth(SECURITY_SCHEME),
    ApiTenantUid(),
    ApiUnauthenticated('PORTAL_LINK_INVALID'),
    ApiForbidden(),
    ApiDatabaseAway(),
  );
