import { closestOf } from '../domain/closest-name.js';

/**
 * The end of a message about an unknown name: the name that was probably meant, or all valid names.
 *
 * @param name the given name
 * @param names the valid names; at least one
 */
export function suggest(name: string, names: readonly string[]): string {
  const closest = closestOf(name, names);
  return closest === undefined ? `Known: ${names.join(', ')}.` : `Did you mean "${closest}"?`;
}
