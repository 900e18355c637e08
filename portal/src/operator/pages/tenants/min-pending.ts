/** Greatest number that the API accepts. */
const MOST = 1_000_000_000;

/**
 * The least number of pending deliveries that a user has typed, or that is in the URL.
 *
 * @returns undefined: no filter, because nothing was typed; null: not a whole number from 1 to 1,000,000,000
 */
export function minPendingOf(text: string | undefined): number | null | undefined {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return undefined;
  if (!/^\d{1,10}$/.test(trimmed)) return null;
  const value = Number(trimmed);
  return value >= 1 && value <= MOST ? value : null;
}
