/**
 * Scheme, host and port of a URL (RFC 6454), such as `https://api.example.com:8443`.
 *
 * @returns '' if the text is not a URL
 */
export const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : '');
