import { render } from 'preact';
import { apiClient } from '../api/client.ts';
import type { Session } from '../api/session.ts';
import { formats } from '../i18n/formats.ts';
import { chooseLanguage, ENGLISH, localeOf, messagesOf } from '../i18n/languages.ts';
import { translator, type Translate } from '../i18n/translate.ts';
import { Toasts } from '../parts/toasts.tsx';
import type { PortalConfig } from './config.ts';
import { NavigationProvider, type History } from './navigation.tsx';
import { PortalProvider } from './portal-context.tsx';
import { Shell } from './shell.tsx';

/** The texts in the language that the host or else the browser wants. */
export async function texts(
  config: PortalConfig,
): Promise<{ language: string; locale: string; t: Translate }> {
  const wanted = config.language === null ? navigator.languages : [config.language];
  const language = chooseLanguage(wanted);
  const locale = localeOf(language, wanted);
  return { language, locale, t: translator(await messagesOf(language), ENGLISH, locale) };
}

export interface Start {
  readonly container: Element | ShadowRoot;
  readonly config: PortalConfig;
  readonly session: Session;
  /** URL below which the routes of the admin API are mounted. */
  readonly apiUrl: string;
  readonly history: History;
}

/** Renders the portal of a user who is signed in. */
export async function start({ container, config, session, apiUrl, history }: Start): Promise<void> {
  const { locale, t } = await texts(config);
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
      <NavigationProvider history={history} tenantUid={session.tenantUid}>
        <Toasts>
          <Shell />
        </Toasts>
      </NavigationProvider>
    </PortalProvider>,
    container,
  );
}
