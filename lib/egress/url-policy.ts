import { TargetRefusedError } from '../errors/admin.errors.js';
import { familyOf } from './address-policy.js';
import { isPermittedAddress } from './allow-list.js';
import type { AllowList } from './allow-list.js';
import type { AllowedHosts } from './allowed-hosts.js';
import { checkHostName } from './host-policy.js';
import { checkPort } from './port-policy.js';

/** The operator's part of the policy. */
export interface UrlRules {
  /** Whether `http:` is accepted in addition to `https:`. */
  readonly allowHttp: boolean;
  /** Addresses that may be called although they are not public. */
  readonly allow: AllowList;
  /** Names that may be called although they do not lead to the public internet. Default: none. */
  readonly hosts?: AllowedHosts;
}

const MAX_LENGTH = 2048;
/**
 * Characters that parsers trim, drop or reinterpret, each parser in its own way. They include invisible characters and
 * unpaired surrogates.
 */
const FORBIDDEN_CHARACTERS = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}\s\\]/u;
const START = /^(?<scheme>https?):\/\/(?<authority>[^/?#]+)/i;
const CANONICAL_IPV4 = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;

/** Private to this file, so that only `checkUrl` can create a `CheckedUrl`. */
const MAKER = Symbol('checkUrl');

/** A URL that passed the static policy under its `rules`. Only `checkUrl` creates one. It never changes. */
export class CheckedUrl {
  /** Scheme, host and port: `https://shop.example.com`, without a default port. */
  readonly origin: string;
  /** The host as it is resolved: without a trailing dot, and without the brackets of an IPv6 literal. */
  readonly hostname: string;
  /** If the URL names no port, the default port of its scheme. */
  readonly port: number;
  /** Whether the operator allows its host by name, so that the hosts file is used for it. */
  readonly isAllowedHost: boolean;
  /** Path and query as they go on the wire. */
  readonly path: string;

  /** @internal */
  constructor(
    maker: symbol,
    hostname: string,
    port: number,
    url: URL,
    /** The rules it was judged by. */
    readonly rules: UrlRules,
  ) {
    if (maker !== MAKER) throw new TypeError('A CheckedUrl is made by checkUrl() alone.');
    this.origin = `${url.protocol}//${hostname.includes(':') ? `[${hostname}]` : hostname}${url.port && `:${url.port}`}`;
    this.hostname = hostname;
    this.port = port;
    this.isAllowedHost = rules.hosts?.allows(hostname, port) ?? false;
    this.path = url.pathname + url.search;
    Object.freeze(this);
  }
}

/**
 * The static check of the egress policy: whether a URL may be a target at all, as far as that is known without resolving its
 * name. The addresses of the name are judged when a connection is made.
 *
 * @throws {TargetRefusedError} and nothing else
 */
export function checkUrl(text: string, rules: UrlRules): CheckedUrl {
  const rawHost = checkSpelling(text);
  const url = parse(text);
  if (url.protocol === 'http:' && !rules.allowHttp) {
    throw new TargetRefusedError('HTTP_NOT_ALLOWED', 'only https: is allowed');
  }
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  checkPort(port);
  return new CheckedUrl(MAKER, checkHost(url, rawHost, port, rules), port, url, rules);
}

/** Judges the raw text, before any parser repairs it, and returns the host as it was typed. */
function checkSpelling(text: string): string {
  // The type is not certain: the text comes from a request or a stored row.
  if (typeof text !== 'string') throw new TargetRefusedError('SYNTAX', 'it is not a string');
  if (text.length > MAX_LENGTH) {
    throw new TargetRefusedError('LENGTH', `it is longer than ${MAX_LENGTH} characters`);
  }
  if (FORBIDDEN_CHARACTERS.test(text)) {
    throw new TargetRefusedError(
      'CHARACTERS',
      'it contains white space, an invisible character, a control character or a backslash',
    );
  }
  const { scheme, authority } = START.exec(text)?.groups ?? {};
  if (scheme === undefined || authority === undefined) {
    throw /^https?:/i.test(text)
      ? new TargetRefusedError('AUTHORITY', 'the scheme must be followed by "//" and a host')
      : new TargetRefusedError('SCHEME', 'it must start with "https://" or "http://"');
  }
  // In an authority without a backslash, the parser treats "@" as the end of user info, and as nothing else.
  if (authority.includes('@')) {
    throw new TargetRefusedError(
      'USER_INFO',
      'a user name or password in it is not allowed; use the security settings',
    );
  }
  if (authority.includes('%')) {
    throw new TargetRefusedError('HOST_NAME', 'its host must not be percent-encoded');
  }
  return authority.replace(/:\d*$/, '');
}

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new TargetRefusedError('SYNTAX', 'it cannot be parsed');
  }
}

function checkHost(url: URL, rawHost: string, port: number, rules: UrlRules): string {
  const literal = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  if (familyOf(literal) === undefined) {
    return checkHostName(url.hostname, (name) => rules.hosts?.allows(name, port) ?? false);
  }
  // The parser turns 2130706433, 0x7f.1, 017700000001 and full-width digits into dotted addresses.
  if (CANONICAL_IPV4.test(literal) && rawHost !== literal) {
    throw new TargetRefusedError(
      'ADDRESS_SPELLING',
      'an IPv4 address must be written as four plain decimal numbers',
    );
  }
  if (!isPermittedAddress(literal, port, rules.allow)) {
    throw new TargetRefusedError('ADDRESS', 'its address is not on the public internet');
  }
  return literal;
}
