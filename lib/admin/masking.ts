import { MASK } from '../domain/mask.js';

/** Replaces a secret in every response. If an update contains it, the stored secret is kept. */
export { MASK } from '../domain/mask.js';

export function masked(stored: string): typeof MASK;
export function masked(stored: string | null): typeof MASK | null;
/** The mask if there is a stored secret, otherwise null. Neither the length nor the text of the secret is shown. */
export function masked(stored: string | null): typeof MASK | null {
  return stored === null ? null : MASK;
}
