import { InvalidOptionError, unquoted } from '../errors/start-up.errors.js';

/** Parts of the portal that can be left out. */
export const PORTAL_FEATURES = [
  'overview',
  'endpoints',
  'deliveries',
  'events',
  'catalog',
  'recoveries',
  'activity',
] as const;
export type PortalFeature = (typeof PORTAL_FEATURES)[number];

const THEMES = ['light', 'dark', 'system'] as const;
export type PortalTheme = (typeof THEMES)[number];

/** How the portal looks, and who may embed it. Every member has a default. */
export interface PortalOptions {
  /** Shown in the header and as the title of the page: 1 to 100 characters. Default `Webhooks`. */
  title?: string;
  /** `https:` URL, or path on the same origin, of an image for the header. Default: none. */
  logoUrl?: string;
  /** Default `system`: follows the setting of the user's system. */
  theme?: PortalTheme;
  /** Language of the texts, e.g. `nb`. Default: the first language of the browser for which there are texts, or English. */
  language?: string;
  /** IANA name of the time zone in which times are shown, e.g. `Europe/Oslo`. Default: the zone of the browser. */
  timeZone?: string;
  /** Parts to hide. Hiding protects nothing: the access policy decides what a user may do. Default: none. */
  hide?: readonly PortalFeature[];
  /**
   * Origins that may show the portal in a frame, e.g. `https://office.example.com`. Default: only the portal's own origin.
   */
  frameAncestors?: readonly string[];
  /**
   * Whether the cookies of the host sign users in on the portal's page. Requests that change something must then come from
   * a script of the same origin; see `docs/portal.md`. Default `false`.
   */
  cookieSession?: boolean;
}

/**
 * How the operator console looks, and who may embed it. Its members are those of the portal, without `hide`. The default of
 * `title` is `Webhook operations`.
 */
export type OperatorPortalOptions = Omit<PortalOptions, 'hide'>;

/** The options with their defaults filled in, as they are written into the page. */
export interface ResolvedPortalOptions {
  readonly title: string;
  readonly logoUrl: string | null;
  readonly theme: PortalTheme;
  readonly language: string | null;
  readonly timeZone: string | null;
  readonly hide: readonly PortalFeature[];
  readonly frameAncestors: readonly string[];
  readonly cookieSession: boolean;
}

const MEMBERS: readonly (keyof PortalOptions)[] = [
  'title',
  'logoUrl',
  'theme',
  'language',
  'timeZone',
  'hide',
  'frameAncestors',
  'cookieSession',
];

/** An origin, or a host with a wildcard, as in the directive `frame-ancestors` of CSP Level 3. */
const ANCESTOR = /^https?:\/\/(\*\.)?[a-z0-9.-]+(:(\d{1,5}|\*))?$/i;
const LOGO = /^(https:\/\/[^\s"'<>;,]+|\/(?!\/)[^\s"'<>;,]*)$/;
const LANGUAGE = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i;

/**
 * Adds the defaults and checks the values, so that none of them can break out of a header or of the page.
 *
 * @throws {InvalidOptionError} for a value that is not allowed
 */
export const resolvePortalOptions = (given: PortalOptions): ResolvedPortalOptions =>
  resolve(given, { option: 'portal', members: MEMBERS, defaultTitle: 'Webhooks' });

/**
 * The same for the operator console. It has no parts that can be left out.
 *
 * @throws {InvalidOptionError} for a value that is not allowed
 */
export const resolveOperatorPortalOptions = (given: OperatorPortalOptions): ResolvedPortalOptions =>
  resolve(given, {
    option: 'operatorPortal',
    members: MEMBERS.filter((name) => name !== 'hide'),
    defaultTitle: 'Webhook operations',
  });

interface Rules {
  /** Name of the option, for messages. */
  readonly option: string;
  readonly members: readonly (keyof PortalOptions)[];
  readonly defaultTitle: string;
}

function resolve(given: PortalOptions, { option, members, defaultTitle }: Rules): ResolvedPortalOptions {
  for (const name of Object.keys(given)) {
    if (!(members as readonly string[]).includes(name))
      throw new InvalidOptionError(
        `${option}.${name}`,
        unquoted('unknown'),
        `there is no such option. Known options: ${members.join(', ')}.`,
      );
  }
  const {
    title = defaultTitle,
    logoUrl,
    theme = 'system',
    language,
    timeZone,
    hide = [],
    frameAncestors = [],
  } = given;
  const check = (name: keyof PortalOptions, isValid: boolean, remedy: string): void => {
    if (!isValid) throw new InvalidOptionError(`${option}.${name}`, given[name], remedy);
  };
  check(
    'title',
    typeof title === 'string' && title.length > 0 && title.length <= 100,
    'give 1 to 100 characters.',
  );
  check(
    'logoUrl',
    logoUrl === undefined || isText(logoUrl, LOGO),
    'give an https: URL or a path that starts with "/".',
  );
  check('theme', THEMES.includes(theme), `use ${THEMES.join(', ')}.`);
  check('language', language === undefined || isText(language, LANGUAGE), 'give a language tag, e.g. nb.');
  check('timeZone', timeZone === undefined || isTimeZone(timeZone), 'give an IANA name, e.g. Europe/Oslo.');
  check(
    'hide',
    isListOf(hide, (feature) => (PORTAL_FEATURES as readonly unknown[]).includes(feature)) &&
      hide.length < PORTAL_FEATURES.length,
    `give some of ${PORTAL_FEATURES.join(', ')}, not all.`,
  );
  check(
    'frameAncestors',
    isListOf(frameAncestors, (origin) => isText(origin, ANCESTOR)),
    'give origins, e.g. https://office.example.com.',
  );
  check('cookieSession', [undefined, true, false].includes(given.cookieSession), 'set true or false.');
  return {
    title,
    logoUrl: logoUrl ?? null,
    theme,
    language: language ?? null,
    timeZone: timeZone ?? null,
    hide,
    frameAncestors,
    cookieSession: given.cookieSession ?? false,
  };
}

const isText = (value: unknown, pattern: RegExp): boolean => typeof value === 'string' && pattern.test(value);

const isListOf = (list: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(list) && list.every(isItem);

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
