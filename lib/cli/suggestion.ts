import { closestOf } from '../domain/closest-name.js';

/**
 * The end of a message about an unknown name: the name that was probably meant, or else all names.
 *
 * @param name what was given
 * @param names what exists; at least one
 */
export function suggest(name: string, names: readonly string[]): string {
  const closest = closestOf(name, names);
  return closest === undefined ? `Known: ${names.join(', ')}.` : `Did you mean "${closest}"?`;
}
