import css from '../styles/portal.css?inline';
import { render } from 'preact';
import type { GetToken } from '../api/session.ts';
import { DEFAULT_CONFIG, type PortalConfig, type Theme } from './config.ts';
import { addressBar, memory, type History } from './navigation.tsx';

const THEMES: readonly string[] = ['light', 'dark', 'system'];

/** Attributes of every element whose change starts it anew, at its first page. */
export const STARTING_ATTRIBUTES = [
  'api',
  'heading',
  'language',
  'time-zone',
  'routing',
  'read-only',
] as const;

/** The settings with which an element starts, from its attributes and from its page. */
export interface ElementStart {
  readonly container: ShadowRoot;
  readonly config: PortalConfig;
  /** Calls the function that the page has set last. */
  readonly getToken: GetToken;
  readonly readOnly: boolean;
  readonly apiUrl: string;
  readonly history: History;
}

/**
 * A page of the module as an element of another page. Set the property `getToken` before or after the element is connected: it
 * appears as soon as it can sign in.
 *
 * Attributes: `api` (URL below which the routes are mounted; default: the one of the script); `heading` (shown in the header);
 * `theme` (`light`, `dark` or `system`); `language`; `time-zone`; `routing` (`memory`, or `address` to keep the place in the
 * fragment of the page's URL); `read-only` (show no controls that change something; the access policy decides what the user may
 * do).
 */
export abstract class HostElement extends HTMLElement {
  #getToken: GetToken | undefined;
  #root: ShadowRoot | undefined;
  #isRunning = false;

  /** Whether the attributes without which it cannot start are set. */
  protected abstract get isComplete(): boolean;

  /** Renders it. */
  protected abstract start(given: ElementStart): void;

  /** Returns the token of the signed-in user. It is called again with `renew: true` if the API does not accept the token. */
  get getToken(): GetToken | undefined {
    return this.#getToken;
  }

  /** A page may set a new function at any time, e.g. with each rendering: the element goes on and uses the new one. */
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
    if (!this.isConnected || !this.#getToken || !this.isComplete) return;
    this.#isRunning = true;
    this.#root ??= this.#attachRoot();
    this.dataset['theme'] = this.#theme;
    this.start({
      container: this.#root,
      config: this.#config(),
      getToken: (options) => this.#getToken!(options),
      readOnly: this.hasAttribute('read-only'),
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
    return {
      ...DEFAULT_CONFIG,
      title: this.getAttribute('heading') ?? DEFAULT_CONFIG.title,
      theme: this.#theme,
      language: this.getAttribute('language'),
      timeZone: this.getAttribute('time-zone'),
    };
  }
}

/** Where the module is mounted: this script is two folders below it, e.g. in `portal/assets/`. */
const mountUrl = (): string => new URL(/* @vite-ignore */ '../../', import.meta.url).href;
