import type { Provider, Type } from '@nestjs/common';
import { PORTAL_ACCESS } from '../admin/portal-access.js';
import { PortalLinkRepository } from '../persistence/repositories/portal-link.repository.js';
import { WEBHOOKS_PORTAL } from '../webhooks.tokens.js';
import { PortalRequestAccess } from './links/portal-access.js';
import { PortalLinksController } from './links/portal-links.controller.js';
import { PortalLinksService } from './links/portal-links.service.js';
import { PortalSessionController } from './links/portal-session.controller.js';
import { WebhookPortalLinks } from './links/webhook-portal-links.js';
import { resolvePortalOptions, type PortalOptions } from './portal-options.js';
import { PortalSlash } from './portal-slash.js';
import { PortalController } from './portal.controller.js';

/** The controllers that the portal adds to the admin API, below a tenant. */
export const portalApiControllers = (portal: boolean | PortalOptions): Type[] =>
  portal === false ? [] : [PortalLinksController];

/** The controllers of the pages. */
export const portalControllers = (portal: boolean | PortalOptions): Type[] =>
  portal === false ? [] : [PortalSessionController, PortalController];

/**
 * Providers for portal links from code. Every process has them, because a process without controllers may send links by mail.
 * They inject the database by its token.
 */
export const portalServices: Provider[] = [PortalLinkRepository, PortalLinksService, WebhookPortalLinks];

/**
 * Providers that only the controllers need.
 *
 * @throws {InvalidOptionError} for an option of the portal that is not allowed
 */
export const portalProviders = (portal: boolean | PortalOptions): Provider[] =>
  portal === false
    ? []
    : [
        { provide: WEBHOOKS_PORTAL, useValue: resolvePortalOptions(portal === true ? {} : portal) },
        { provide: PORTAL_ACCESS, useClass: PortalRequestAccess },
        PortalSlash,
      ];
