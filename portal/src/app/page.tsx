import { render, type ComponentChildren } from 'preact';
import { configOfPage, type PortalConfig } from './config.ts';
import { texts, type OwnMessages, type Texts } from './texts.ts';

const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(['ar', 'fa', 'he', 'ur']);

/** A page that the server wrote, before anybody has signed in. */
export interface EmptyPage {
  readonly config: PortalConfig;
  readonly texts: Texts;
  readonly container: Element;
  /** URL of the page from its `<base>`, always with a slash at its end. Other URLs are resolved against it. */
  readonly url: string;
  /** Shows a sentence instead of the page. */
  sayWhy(text: ComponentChildren): void;
}

/** Reads the configuration in the page, and sets its theme and its language. */
export async function emptyPage(own?: OwnMessages): Promise<EmptyPage> {
  const config = configOfPage(document);
  const container = document.getElementById('portal')!;
  const root = document.documentElement;
  root.dataset['theme'] = config.theme;
  const found = await texts(config, own);
  root.lang = found.language;
  root.dir = RIGHT_TO_LEFT.has(found.language) ? 'rtl' : 'ltr';
  return {
    config,
    container,
    texts: found,
    url: document.baseURI,
    sayWhy: (text) =>
      render(
        <main class="sign-in">
          <h1>{config.title}</h1>
          <p role="alert">{text}</p>
        </main>,
        container,
      ),
  };
}
