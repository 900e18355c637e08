import '../styles/portal.css';
import { hostCookies } from '../api/session.ts';
import { addressBar } from '../app/navigation.tsx';
import { emptyPage } from '../app/page.tsx';
import { OPERATOR_MESSAGES } from './messages.ts';
import { startConsole } from './start.tsx';

/** The page `<path>/operatorportal`. Links of the portal do not open it: it needs the host's cookies, or the custom element. */
const { config, container, texts, url, sayWhy } = await emptyPage(OPERATOR_MESSAGES);

if (config.cookieSession) {
  await startConsole({
    container,
    config,
    session: hostCookies(),
    apiUrl: new URL('../', url).href,
    history: addressBar(window),
  });
} else sayWhy(texts.t('signIn.operatorNeeded'));
