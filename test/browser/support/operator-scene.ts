import type { IncomingMessage } from 'node:http';
import type { AccessDecision, AccessGrant } from 'nestjs-tillhook';
import { BearerPolicy } from '../../support/bearer-policy.js';
import { watchedPage, type PageOptions, type WatchedPage } from './browser.js';
import type { PortalScene } from './portal-scene.js';

/** `BearerPolicy`, and cookies of the host: `manager` is an operator, `cashier` is a known user without access. */
export class OfficePolicy extends BearerPolicy {
  override checkOperator(request: unknown): AccessDecision | AccessGrant {
    const { cookie = '' } = (request as IncomingMessage).headers;
    if (cookie === 'sid=manager') return { decision: 'granted', actor: 'ops:manager' };
    return cookie === 'sid=cashier' ? 'forbidden' : super.checkOperator(request);
  }
}

/** Options of a host with both pages, whose operators sign in by a cookie. */
export const OFFICE = {
  portal: true,
  operatorPortal: { cookieSession: true },
  accessPolicy: OfficePolicy,
} as const;

/**
 * Opens the operator console at a place, e.g. `stop`.
 *
 * @param user whose cookie the browser has; null: none
 */
export async function openConsole(
  scene: PortalScene,
  place = '',
  { user = 'manager', ...options }: PageOptions & { readonly user?: string | null } = {},
): Promise<WatchedPage> {
  const watched = await watchedPage(scene.browser, scene.host.url, options);
  if (user !== null) await watched.context.addCookies([{ name: 'sid', value: user, url: scene.host.url }]);
  await watched.page.goto(`${scene.url}/operatorportal#/${place}`);
  return watched;
}
