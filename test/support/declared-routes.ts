import { RequestMethod } from '@nestjs/common';
import { adminControllers } from '../../lib/admin/registration.js';
import { portalApiControllers } from '../../lib/portal/registration.js';

/** The routes of the admin API with those of the portal, as Nest has registered them: `GET /tenants/:tenantUid/deliveries`. */
export function declaredRoutes(): string[] {
  return [...adminControllers, ...portalApiControllers(true)].flatMap((controller) => {
    const base = Reflect.getMetadata('path', controller) as string;
    const prototype = controller.prototype as object;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler = Reflect.get(prototype, name) as object;
      const method = Reflect.getMetadata('method', handler) as RequestMethod | undefined;
      if (method === undefined) return [];
      const path = Reflect.getMetadata('path', handler) as string;
      return `${RequestMethod[method]} /${base}${path === '/' ? '' : `/${path}`}`;
    });
  });
}
