// fast-check in mutation tests: fewer runs, and no search for a smaller counterexample, because a mutant only has to fail.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- Jest loads this file as CommonJS.
const fastCheck = require('../../node_modules/fast-check/lib/cjs/fast-check.js');

const MOST_RUNS = 20;
const assert = (property, { numRuns = MOST_RUNS, ...parameters } = {}) =>
  fastCheck.assert(property, {
    ...parameters,
    numRuns: Math.min(numRuns, MOST_RUNS),
    endOnFailure: true,
  });
module.exports = { ...fastCheck, __esModule: true, assert, default: { ...fastCheck.default, assert } };
