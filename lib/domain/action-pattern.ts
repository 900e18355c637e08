import type { ActionCatalog } from './action-catalog.js';
import { isReservedAction } from './reserved-actions.js';

/** The form of a pattern: an action's name, `*`, or a prefix that ends in `_*`. */
export const ACTION_PATTERN = /^(?:\*|[A-Z0-9_]{1,64}|[A-Z0-9_]{0,63}_\*)$/;

/** Whether `text` has the form of a pattern: an action's name, `*`, or a prefix that ends in `_*` (`ORDER_*`). */
export function isActionPattern(text: string): boolean {
  return ACTION_PATTERN.test(text);
}

/** Whether `text` is a pattern that matches at least one action of the catalog. A pattern that matches none is a mistake. */
export function isKnownPattern(catalog: ActionCatalog, text: string): boolean {
  if (!isActionPattern(text)) return false;
  if (!isWildcard(text)) return Object.hasOwn(catalog, text);
  return Object.keys(catalog).some((action) => matchesAction(text, action));
}

/**
 * Whether a pattern matches an action. `ORDER_*` matches all actions that begin with `ORDER_`. `*` matches all actions except
 * notifications (`WEBHOOK_…`): a receiver of business events does not know them, and a transport that fails would get more
 * deliveries that fail.
 */
export function matchesAction(pattern: string, action: string): boolean {
  if (pattern === '*') return !isReservedAction(action);
  return isWildcard(pattern) ? action.startsWith(pattern.slice(0, -1)) : pattern === action;
}

/**
 * Compares two patterns that match the same action, for sorting: the most specific comes first, which is the exact action,
 * then the longest prefix, then `*`.
 *
 * @returns 0 if both are equally specific
 */
export function compareSpecificity(a: string, b: string): number {
  if (isWildcard(a) !== isWildcard(b)) return isWildcard(a) ? 1 : -1;
  return isWildcard(a) ? b.length - a.length : 0;
}

const isWildcard = (pattern: string): boolean => pattern.endsWith('*');
