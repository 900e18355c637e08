/**
 * Whether a value contains at least the expected parts: objects may have more members, arrays must have the same length,
 * everything else must be equal. Asymmetric matchers of jest and vitest (`expect.any(String)`) work at any depth.
 */
export function matchesPartially(actual: unknown, expected: unknown): boolean {
  if (isAsymmetric(expected)) return expected.asymmetricMatch(actual);
  if (typeof expected !== 'object' || expected === null) return Object.is(actual, expected);
  if (typeof actual !== 'object' || actual === null) return false;
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, index) => matchesPartially(actual[index], item))
    );
  }
  return Object.entries(expected).every(([name, value]) =>
    matchesPartially((actual as Record<string, unknown>)[name], value),
  );
}

interface AsymmetricMatcher {
  asymmetricMatch(actual: unknown): boolean;
}

const isAsymmetric = (expected: unknown): expected is AsymmetricMatcher =>
  typeof expected === 'object' &&
  expected !== null &&
  typeof (expected as Partial<AsymmetricMatcher>).asymmetricMatch === 'function';
