/** Maximum number of JSON bytes for the attempts of one response of the API, so that no response exceeds a megabyte. */
const BUDGET_BYTES = 512 * 1024;

interface WithResponse {
  responseHeaders: Record<string, string> | null;
  responseBody: string | null;
}

/**
 * The same attempts in the same order. Once they have used up the budget, the following ones omit the receiver's response.
 * (A stored body has up to 16 KiB, and JSON may encode one character with six.)
 */
export function withinBudget<Attempt extends WithResponse>(newestFirst: readonly Attempt[]): Attempt[] {
  let spentBytes = 0;
  return newestFirst.map((attempt) => {
    spentBytes += Buffer.byteLength(JSON.stringify([attempt.responseHeaders, attempt.responseBody]));
    return spentBytes <= BUDGET_BYTES ? attempt : { ...attempt, responseHeaders: null, responseBody: null };
  });
}
