/** Bytes of JSON that the attempts of one answer may take, so that no answer grows over a megabyte. */
const BUDGET_BYTES = 512 * 1024;

interface WithResponse {
  responseHeaders: Record<string, string> | null;
  responseBody: string | null;
}

/**
 * The same attempts, in the same order; once they have used up the budget, those that follow go without what the
 * receiver answered. (Kept bodies have 16 KiB each, and JSON may write a character with six.)
 */
export function withinBudget<Attempt extends WithResponse>(newestFirst: readonly Attempt[]): Attempt[] {
  let spentBytes = 0;
  return newestFirst.map((attempt) => {
    spentBytes += Buffer.byteLength(JSON.stringify([attempt.responseHeaders, attempt.responseBody]));
    return spentBytes <= BUDGET_BYTES ? attempt : { ...attempt, responseHeaders: null, responseBody: null };
  });
}
