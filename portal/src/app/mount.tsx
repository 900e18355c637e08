import { render, type ComponentChildren } from 'preact';
import { apiClient } from '../api/client.ts';
import type { Session } from '../api/session.ts';
import { formats } from '../i18n/formats.ts';
import { Toasts } from '../parts/toasts.tsx';
import type { PortalConfig } from './config.ts';
import { NavigationProvider, type History } from './navigation.tsx';
import { PortalProvider } from './portal-context.tsx';
import type { Texts } from './texts.ts';

/** The values with which a page is rendered. */
export interface Start {
  readonly container: Element | ShadowRoot;
  readonly config: PortalConfig;
  readonly session: Session;
  /** URL below which the routes of the admin API are mounted. */
  readonly apiUrl: string;
  readonly history: History;
}

interface Mounted extends Start {
  readonly texts: Texts;
  /** Whether the places of the page are of no tenant. Default `false`. */
  readonly isOfAllTenants?: boolean;
  /** The frame of the page. */
  readonly children: ComponentChildren;
}

/** Renders the frame of a page with everything that it and its pages use. */
export function mount({
  container,
  config,
  session,
  apiUrl,
  history,
  texts: { t, locale },
  isOfAllTenants = false,
  children,
}: Mounted): void {
  const portal = {
    config,
    t,
    language: locale,
    formats: formats(locale, config.timeZone),
    api: apiClient(apiUrl, session),
    readOnly: session.readOnly,
  };
  render(
    <PortalProvider portal={portal}>
      <NavigationProvider history={history} tenantUid={session.tenantUid} isOfAllTenants={isOfAllTenants}>
        <Toasts>{children}</Toasts>
      </NavigationProvider>
    </PortalProvider>,
    container,
  );
}
