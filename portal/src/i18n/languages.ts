import type { Messages } from './translate.ts';

/** A file of texts, as the build imports it. */
export type MessageFile = { default: Messages };

/**
 * Texts by language, without those of the operator console, which tenants do not load. To add a language, add a folder of JSON
 * files to `portal/messages`: the build finds it.
 */
const english = import.meta.glob<MessageFile>(
  ['../../messages/en/*.json', '!../../messages/en/operator.json'],
  { eager: true },
);
const others = import.meta.glob<MessageFile>([
  '../../messages/*/*.json',
  '!../../messages/en/*.json',
  '!../../messages/*/operator.json',
]);

const languageOf = (file: string): string => file.split('/').at(-2)!;

/** English texts, which are complete. */
export const ENGLISH: Messages = Object.assign(
  {},
  ...Object.values(english).map((file) => file.default),
) as Messages;

export const LANGUAGES: readonly string[] = ['en', ...new Set(Object.keys(others).map(languageOf))];

/** Names under which a browser may ask for a language that is stored under another one. */
const ALIASES: Readonly<Record<string, string>> = { no: 'nb', nn: 'nb' };

/**
 * Chooses the first wanted language for which there are texts.
 *
 * @param wanted as in BCP 47, most wanted first
 */
export function chooseLanguage(wanted: readonly string[], available = LANGUAGES): string {
  for (const tag of wanted) {
    const [base = ''] = tag.toLowerCase().split('-');
    const found = available.find((language) => language === (ALIASES[base] ?? base));
    if (found) return found;
  }
  return 'en';
}

/** Loads the texts of a language. */
export const messagesOf = (language: string): Promise<Messages> =>
  language === 'en' ? Promise.resolve(ENGLISH) : loaded(others, language);

/**
 * Loads those files of a folder's texts that belong to a language.
 *
 * @param all functions that load a file, by its path: `…/<language>/<file>.json`
 */
export async function loaded(
  all: Readonly<Record<string, () => Promise<MessageFile>>>,
  language: string,
): Promise<Messages> {
  const files = Object.entries(all).filter(([file]) => languageOf(file) === language);
  const messages = await Promise.all(files.map(([, load]) => load()));
  return Object.assign({}, ...messages.map((file) => file.default)) as Messages;
}

/**
 * The tag by which times and numbers are written: that of the user's region if it belongs to the language of the texts.
 *
 * @param wanted as in BCP 47, most wanted first
 */
export const localeOf = (language: string, wanted: readonly string[]): string =>
  wanted.find((tag) => chooseLanguage([tag]) === language && tag.toLowerCase().startsWith(language)) ??
  language;
