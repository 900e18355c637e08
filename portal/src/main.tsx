import './styles/portal.css';
import { render } from 'preact';
import { ApiProblem } from './api/problem.ts';
import { configOfPage } from './app/config.ts';
import { addressBar } from './app/navigation.tsx';
import { routeOf } from './app/route.ts';
import { signIn } from './app/sign-in.ts';
import { start, texts } from './app/start.tsx';

/** The page `<path>/portal`. Its `<base>` ends with a slash in both forms of the URL, so all other URLs are relative to it. */
const config = configOfPage(document);
const portalUrl = document.baseURI;
const container = document.getElementById('portal')!;
const root = document.documentElement;
root.dataset['theme'] = config.theme;

const { language, t } = await texts(config);
root.lang = language;
root.dir = new Set(['ar', 'fa', 'he', 'ur']).has(language) ? 'rtl' : 'ltr';

const sayWhy = (key: string): void =>
  render(
    <main class="sign-in">
      <h1>{config.title}</h1>
      <p role="alert">{t(key)}</p>
    </main>,
    container,
  );

try {
  const session = await signIn(portalUrl, config);
  // The host's cookies are good for several tenants: its link to the portal names one.
  const tenantUid = session?.tenantUid ?? routeOf(window.location.hash).segments[0];
  if (session && tenantUid !== undefined) {
    await start({
      container,
      config,
      session,
      apiUrl: new URL('../', portalUrl).href,
      history: addressBar(window),
    });
  } else sayWhy('signIn.needed');
} catch (error) {
  sayWhy(error instanceof ApiProblem && error.status === 401 ? 'signIn.linkInvalid' : 'problem.NETWORK');
}
