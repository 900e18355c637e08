/**
 * Whether somebody has typed the word that confirms a command. Case and surrounding spaces do not matter: keyboards of phones
 * add both.
 *
 * @param word as the page shows it, in the user's language
 */
export const isWordTyped = (typed: string, word: string): boolean =>
  typed.trim().toLowerCase() === word.toLowerCase();
