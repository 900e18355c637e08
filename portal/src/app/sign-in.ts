import { problemOf } from '../api/problem.ts';
import { hostCookies, linkToken, type Session } from '../api/session.ts';
import type { PortalConfig } from './config.ts';
import { tabStorage } from './tab-storage.ts';

/**
 * Name under which a tab keeps the token of a portal link until it is closed, so that a reload shows the same page. An origin
 * may serve several portals, and the token of one is not valid for another.
 */
const keyOf = (portalUrl: string): string => `tillhook-portal ${new URL(portalUrl).pathname}`;

interface KeptToken {
  readonly token: string;
  readonly tenantUid: string;
  readonly readOnly: boolean;
  /** ms since the epoch */
  readonly expiresAt: number;
}

/**
 * Signs the user in on the portal's own page: by the link in the fragment, by the token that this tab has kept, or by the
 * host's cookies.
 *
 * @param portalUrl URL of the page
 * @returns undefined if there is nothing to sign in with
 * @throws {ApiProblem} for a link that has been used, was revoked or has expired
 */
export async function signIn(
  portalUrl: string,
  config: PortalConfig,
  page: Window = window,
): Promise<Session | undefined> {
  const forget = (): void => tabStorage.remove(keyOf(portalUrl));
  const code = codeOf(page.location.hash);
  if (code !== undefined) {
    // The code leaves the address bar before anything else happens: it is not in the history, and nobody copies it.
    page.history.replaceState(null, '', '#/');
    const kept = await redeem(portalUrl, code);
    tabStorage.write(keyOf(portalUrl), JSON.stringify(kept));
    page.history.replaceState(null, '', `#/${encodeURIComponent(kept.tenantUid)}`);
    return sessionOf(kept, forget);
  }
  const kept = keptToken(tabStorage.read(keyOf(portalUrl)));
  if (kept) return sessionOf(kept, forget);
  forget();
  return config.cookieSession ? hostCookies() : undefined;
}

const codeOf = (fragment: string): string | undefined => /^#link=([\w.-]+)$/.exec(fragment)?.[1];

const sessionOf = ({ token, tenantUid, readOnly }: KeptToken, onEnd: () => void): Session =>
  linkToken(token, tenantUid, readOnly, onEnd);

/** Exchanges the code of a link for a token. The code works once. */
async function redeem(portalUrl: string, code: string): Promise<KeptToken> {
  const response = await fetch(new URL('session', portalUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
    credentials: 'omit',
  });
  if (!response.ok) throw await problemOf(response);
  const body = (await response.json()) as {
    token: string;
    tenantUid: string;
    readOnly: boolean;
    expiresAt: string;
  };
  return { ...body, expiresAt: Date.parse(body.expiresAt) };
}

/** The token that a tab has kept, unless it has expired. */
function keptToken(text: string | null): KeptToken | undefined {
  if (text === null) return undefined;
  try {
    const kept = JSON.parse(text) as KeptToken;
    return kept.expiresAt > Date.now() ? kept : undefined;
  } catch {
    return undefined;
  }
}
