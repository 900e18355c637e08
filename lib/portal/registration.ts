import type { Provider, Type } from '@nestjs/common';
import { PORTAL_ACCESS } from '../admin/portal-access.js';
import { PortalLinkRepository } from '../persistence/repositories/portal-link.repository.js';
import { WEBHOOKS_OPERATOR_PORTAL, WEBHOOKS_PORTAL } from '../webhooks.tokens.js';
import { PORTAL_ACCESS_RULES, PortalRequestAccess, type PortalAccessRules } from './links/portal-access.js';
import { PortalLinksController } from './links/portal-links.controller.js';
import { PortalLinksService } from './links/portal-links.service.js';
import { PortalSessionController } from './links/portal-session.controller.js';
import { WebhookPortalLinks } from './links/webhook-portal-links.js';
import { OperatorPortalController } from './operator-portal.controller.js';
import {
  resolveOperatorPortalOptions,
  resolvePortalOptions,
  type OperatorPortalOptions,
  type PortalOptions,
} from './portal-options.js';
import { PORTAL_PAGES, PortalSlash } from './portal-slash.js';
import { PortalController } from './portal.controller.js';

/** The options of the module that concern its pages. */
export interface PagesOptions {
  readonly portal: boolean | PortalOptions;
  readonly operatorPortal: boolean | OperatorPortalOptions;
}

/** The controllers that the portal adds to the admin API, below a tenant. */
export const portalApiControllers = (portal: boolean | PortalOptions): Type[] =>
  portal === false ? [] : [PortalLinksController];

/** The controllers of the pages. */
export const portalControllers = ({ portal, operatorPortal }: PagesOptions): Type[] => [
  ...(portal === false ? [] : [PortalSessionController, PortalController]),
  ...(operatorPortal === false ? [] : [OperatorPortalController]),
];

/**
 * Providers for portal links from code. Every process has them, because a process without controllers may send links by mail.
 * They inject the database by its token.
 */
export const portalServices: Provider[] = [PortalLinkRepository, PortalLinksService, WebhookPortalLinks];

/**
 * Providers that only the controllers need.
 *
 * @throws {InvalidOptionError} for an option of the portal or the console that is not allowed
 */
export function portalProviders(options: PagesOptions): Provider[] {
  const { portal, operatorPortal } = options;
  const ofTenants = portal === false ? undefined : resolvePortalOptions(portal === true ? {} : portal);
  const ofOperators =
    operatorPortal === false
      ? undefined
      : resolveOperatorPortalOptions(operatorPortal === true ? {} : operatorPortal);
  if (!ofTenants && !ofOperators) return [];
  const rules: PortalAccessRules = {
    hasLinks: ofTenants !== undefined,
    // Cookies reach every route of the origin, whichever page they were made for.
    cookieSession: ofTenants?.cookieSession === true || ofOperators?.cookieSession === true,
  };
  return [
    ...(ofTenants ? [{ provide: WEBHOOKS_PORTAL, useValue: ofTenants }] : []),
    ...(ofOperators ? [{ provide: WEBHOOKS_OPERATOR_PORTAL, useValue: ofOperators }] : []),
    { provide: PORTAL_ACCESS_RULES, useValue: rules },
    { provide: PORTAL_ACCESS, useClass: PortalRequestAccess },
    { provide: PORTAL_PAGES, useValue: portalControllers(options) },
    PortalSlash,
  ];
}
