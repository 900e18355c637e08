/** Maximum size of the receivers' responses in one response of the API, in bytes of JSON. The whole stays below a megabyte. */
const BUDGET_BYTES = 512 * 1024;

interface WithResponse {
  responseHeaders: Record<string, string> | null;
  responseBody: string | null;
}

/**
 * Returns the attempts in the same order. If the receiver's response of an attempt does not fit into the budget, this attempt and
 * all after it omit the response. (A stored body has up to 16 KiB, and JSON may need six bytes to escape one of its bytes.)
 */
export function withinBudget<Attempt extends WithResponse>(newestFirst: readonly Attempt[]): Attempt[] {
  let spentBytes = 0;
  return newestFirst.map((attempt) => {
    spentBytes += Buffer.byteLength(JSON.stringify([attempt.responseHeaders, attempt.responseBody]));
    return spentBytes <= BUDGET_BYTES ? attempt : { ...attempt, responseHeaders: null, responseBody: null };
  });
}
