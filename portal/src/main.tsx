import './styles/portal.css';
import { ApiProblem } from './api/problem.ts';
import { addressBar } from './app/navigation.tsx';
import { emptyPage } from './app/page.tsx';
import { routeOf } from './app/route.ts';
import { signIn } from './app/sign-in.ts';
import { start } from './app/start.tsx';

/** The page `<path>/portal`. */
const { config, container, texts, url, sayWhy } = await emptyPage();

try {
  const session = await signIn(url, config);
  // The host's cookies may be valid for several tenants, so the host's link to the portal names one.
  const tenantUid = session?.tenantUid ?? routeOf(window.location.hash).segments[0];
  if (session && tenantUid !== undefined) {
    await start({
      container,
      config,
      session,
      apiUrl: new URL('../', url).href,
      history: addressBar(window),
    });
  } else sayWhy(texts.t('signIn.needed'));
} catch (error) {
  const isRefused = error instanceof ApiProblem && error.status === 401;
  sayWhy(texts.t(isRefused ? 'signIn.linkInvalid' : 'problem.NETWORK'));
}
