import type { ExecutionContext } from '@nestjs/common';
import { ADMIN_CONTROLLER } from '../admin/admin-controller.js';
import { portalTokenOf, type AccessRequest } from '../admin/portal-access.js';
import { PortalSessionController } from './links/portal-session.controller.js';
import { OperatorPortalController } from './operator-portal.controller.js';
import { PortalController } from './portal.controller.js';

/** Controllers whose responses are the same for everybody, or whose requests prove by themselves who sends them. */
const PUBLIC: ReadonlySet<unknown> = new Set([
  PortalController,
  OperatorPortalController,
  PortalSessionController,
]);

/**
 * Tells a guard of the host which requests the module authenticates itself. Let such a request pass:
 *
 * - requests for the pages and files of the portal and of the operator console, which are public and equal for everybody;
 * - requests that exchange the code of a portal link for a session;
 * - requests to a tenant's routes of the admin API with the token of a portal link. The module checks the token after your guards have run.
 *
 * The result is false for every route of the host, whatever headers the request has.
 *
 * ```ts
 * canActivate(context: ExecutionContext) {
 *   return isPortalRequest(context) || this.isSignedIn(context);
 * }
 * ```
 *
 * @param context of an HTTP request, as Nest passes it to guards
 */
export function isPortalRequest(context: ExecutionContext): boolean {
  const controller: unknown = context.getClass();
  if (PUBLIC.has(controller)) return true;
  if (!isAdminController(controller)) return false;
  return portalTokenOf(context.switchToHttp().getRequest<AccessRequest>()) !== undefined;
}

/** Controllers of a tenant's routes; operator routes do not accept the token of a portal link. */
const isAdminController = (controller: unknown): boolean =>
  typeof controller === 'function' && Reflect.getMetadata(ADMIN_CONTROLLER, controller) === true;
