/** Parts of the portal that a host can leave out. */
export const FEATURES = [
  'overview',
  'endpoints',
  'deliveries',
  'events',
  'catalog',
  'recoveries',
  'activity',
] as const;
export type Feature = (typeof FEATURES)[number];

export type Theme = 'light' | 'dark' | 'system';

/** How the host has configured the portal. The server writes it into the page; it contains nothing secret. */
export interface PortalConfig {
  /** Shown in the header and as the title of the page. */
  readonly title: string;
  /** URL of an image for the header; null: none. */
  readonly logoUrl: string | null;
  readonly theme: Theme;
  /** Language of the texts, as in BCP 47; null: the language of the browser. */
  readonly language: string | null;
  /** IANA name of the time zone in which times are shown, e.g. that of the store; null: the zone of the browser. */
  readonly timeZone: string | null;
  readonly hide: readonly Feature[];
  /** Whether the host's own cookies sign the user in. */
  readonly cookieSession: boolean;
  /** Whether this page is the console of the operator, who sees all tenants. */
  readonly operator: boolean;
}

export const DEFAULT_CONFIG: PortalConfig = {
  title: 'Webhooks',
  logoUrl: null,
  theme: 'system',
  language: null,
  timeZone: null,
  hide: [],
  cookieSession: false,
  operator: false,
};

/** The configuration that the server wrote into the page as a block of data, which no browser runs as a script. */
export function configOfPage(document: Document): PortalConfig {
  const text = document.getElementById('portal-config')?.textContent ?? '{}';
  return { ...DEFAULT_CONFIG, ...(JSON.parse(text) as Partial<PortalConfig>) };
}
