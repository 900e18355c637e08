import { chooseLanguage, ENGLISH, localeOf, messagesOf } from '../i18n/languages.ts';
import { translator, type Messages, type Translate } from '../i18n/translate.ts';
import type { PortalConfig } from './config.ts';

/** Texts that a page has besides the common ones. They replace common texts of the same key. */
export interface OwnMessages {
  readonly english: Messages;
  load(language: string): Promise<Messages>;
}

/** The texts of a page in the language of its user. */
export interface Texts {
  readonly language: string;
  /** Language and region by which times and numbers are written, as in BCP 47. */
  readonly locale: string;
  readonly t: Translate;
}

/** The texts in the language that the host or else the browser wants. */
export async function texts(config: PortalConfig, own?: OwnMessages): Promise<Texts> {
  const wanted = config.language === null ? navigator.languages : [config.language];
  const language = chooseLanguage(wanted);
  const locale = localeOf(language, wanted);
  const messages = { ...(await messagesOf(language)), ...(await own?.load(language)) };
  return { language, locale, t: translator(messages, { ...ENGLISH, ...own?.english }, locale) };
}
