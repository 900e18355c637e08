import type { ResolvedPortalOptions } from './portal-options.js';

/**
 * Headers of the page; undefined: the header is removed if the host has set it.
 *
 * The Content Security Policy (Level 3) allows only files and requests of the same origin, and the logo. It replaces a policy
 * that the host sets for all pages. `X-Frame-Options` cannot name origins, so it is removed if `frameAncestors` names some,
 * and `frame-ancestors` decides alone.
 */
export function pageHeaders({
  frameAncestors,
  logoUrl,
}: Pick<ResolvedPortalOptions, 'frameAncestors' | 'logoUrl'>): Readonly<Record<string, string | undefined>> {
  const images = logoUrl?.startsWith('https:') ? `'self' ${new URL(logoUrl).origin}` : "'self'";
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      `img-src ${images}`,
      "connect-src 'self'",
      "base-uri 'self'",
      "form-action 'none'",
      `frame-ancestors 'self' ${frameAncestors.join(' ')}`.trim(),
    ].join('; '),
    'x-frame-options': frameAncestors.length > 0 ? undefined : 'SAMEORIGIN',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
  };
}

/**
 * Headers of every script and style. They are public and contain nothing of a tenant, so pages of other origins may load them:
 * browsers load modules of another origin only with CORS headers. For the admin API, the host configures CORS.
 */
const PUBLIC_FILE: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
};

/** Headers of a file whose name contains a hash of its content. */
export const ASSET_HEADERS: Readonly<Record<string, string>> = {
  ...PUBLIC_FILE,
  'cache-control': 'public, max-age=31536000, immutable',
  vary: 'accept-encoding',
};

/** Headers of `element.js`, whose name stays the same with each version. */
export const ELEMENT_HEADERS: Readonly<Record<string, string>> = {
  ...PUBLIC_FILE,
  'content-type': 'text/javascript; charset=utf-8',
  'cache-control': 'no-cache',
};
