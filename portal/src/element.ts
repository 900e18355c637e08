import css from './styles/portal.css?inline';
import { render } from 'preact';
import { hostToken, type GetToken } from './api/session.ts';
import { DEFAULT_CONFIG, FEATURES, type Feature, type PortalConfig, type Theme } from './app/config.ts';
import { addressBar, memory } from './app/navigation.tsx';
import { start } from './app/start.tsx';

const THEMES: readonly string[] = ['light', 'dark', 'system'];
/** Attributes whose change starts the portal anew, at its first page. */
const STARTING = [
  'tenant',
  'api',
  'heading',
  'language',
  'time-zone',
  'hide',
  'routing',
  'read-only',
] as const;

/**
 * The portal as an element of another page. Set the property `getToken` before or after the element is connected: it appears as
 * soon as it can sign in.
 *
 * ```html
 * <script type="module" src="/v2/portal/element.js"></script>
 * <webhooks-portal tenant="shop" theme="dark"></webhooks-portal>
 * ```
 *
 * Attributes: `tenant`; `api` (URL below which the routes are mounted; default: the one of the script); `heading` (default
 * `Webhooks`); `theme` (`light`, `dark` or `system`); `language`; `time-zone`; `hide` (names separated by spaces); `routing`
 * (`memory`, or `address` to keep the place in the fragment of the page's URL); `read-only` (show no controls that change
 * something; the access policy decides what the user may do).
 */
export class WebhooksPortalElement extends HTMLElement {
  static readonly observedAttributes = [...STARTING, 'theme'];

  #getToken: GetToken | undefined;
  #root: ShadowRoot | undefined;
  #isRunning = false;

  /** Returns the token of the signed-in user. It is called again with `renew: true` if the API does not accept the token. */
  get getToken(): GetToken | undefined {
    return this.#getToken;
  }

  /** A page may set a new function at any time, e.g. with each rendering: the portal goes on and uses the new one. */
  set getToken(getToken) {
    this.#getToken = getToken;
    if (!this.#isRunning) this.#start();
  }

  connectedCallback(): void {
    // A page that sets the property before this module has been loaded gives the element a property of its own.
    if (Object.hasOwn(this, 'getToken')) {
      const { getToken } = this;
      Reflect.deleteProperty(this, 'getToken');
      this.#getToken = getToken;
    }
    this.#start();
  }

  disconnectedCallback(): void {
    this.#isRunning = false;
    if (this.#root) render(null, this.#root);
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (name === 'theme') this.dataset['theme'] = this.#theme;
    else if (before !== after && this.#isRunning) {
      this.disconnectedCallback();
      this.#start();
    }
  }

  #start(): void {
    const tenantUid = this.getAttribute('tenant');
    if (!this.isConnected || !this.#getToken || !tenantUid) return;
    this.#isRunning = true;
    this.#root ??= this.#attachRoot();
    this.dataset['theme'] = this.#theme;
    void start({
      container: this.#root,
      config: this.#config(),
      session: hostToken((options) => this.#getToken!(options), tenantUid, this.hasAttribute('read-only')),
      apiUrl: new URL(this.getAttribute('api') ?? mountUrl(), document.baseURI).href,
      history: this.getAttribute('routing') === 'address' ? addressBar(window) : memory('#/'),
    });
  }

  /** A constructed style sheet, which no Content Security Policy refuses. */
  #attachRoot(): ShadowRoot {
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    return root;
  }

  get #theme(): Theme {
    const theme = this.getAttribute('theme') ?? 'system';
    return (THEMES.includes(theme) ? theme : 'system') as Theme;
  }

  #config(): PortalConfig {
    const hidden = (this.getAttribute('hide') ?? '').split(/\s+/);
    return {
      ...DEFAULT_CONFIG,
      title: this.getAttribute('heading') ?? DEFAULT_CONFIG.title,
      theme: this.#theme,
      language: this.getAttribute('language'),
      timeZone: this.getAttribute('time-zone'),
      hide: FEATURES.filter((feature): feature is Feature => hidden.includes(feature)),
    };
  }
}

/** Where the module is mounted: this script is in `portal/assets/` below it. */
const mountUrl = (): string => new URL(/* @vite-ignore */ '../../', import.meta.url).href;

if (!customElements.get('webhooks-portal')) customElements.define('webhooks-portal', WebhooksPortalElement);
