/** Stands for a secret in every answer. Sent back in an update, it keeps the stored secret. */
export const MASK = '********';

export function masked(stored: string): typeof MASK;
export function masked(stored: string | null): typeof MASK | null;
/** What is shown of a stored secret: that there is one. Its length and its text stay in the database. */
export function masked(stored: string | null): typeof MASK | null {
  return stored === null ? null : MASK;
}
