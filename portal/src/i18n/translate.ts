/** A text, or one text for each plural form of the language, as `Intl.PluralRules` names them. */
export type Message = string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>;
export type Messages = Readonly<Record<string, Message>>;
export type Values = Readonly<Record<string, string | number>>;

/**
 * Translates a key. `{name}` in a text is replaced by a value; `count` selects the plural form. If there is no text, the part
 * after the first dot is shown: a code of the API that the portal does not know, or a reason that somebody has entered.
 */
export type Translate = (key: string, values?: Values) => string;

/**
 * @param messages texts of the language; a key that is missing there is taken from `fallback`
 * @param language as in BCP 47
 */
export function translator(messages: Messages, fallback: Messages, language: string): Translate {
  const plurals = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (key, values = {}) => {
    const message = messages[key] ?? fallback[key] ?? key.slice(key.indexOf('.') + 1);
    const text =
      typeof message === 'string'
        ? message
        : (message[plurals.select(Number(values['count'] ?? 0))] ?? message.other ?? key);
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      if (value === undefined) return whole;
      return typeof value === 'number' ? numbers.format(value) : value;
    });
  };
}
