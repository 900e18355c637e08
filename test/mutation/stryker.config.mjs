import { piece } from './pieces.mjs';

const name = process.env.MUTATION_PIECE;

/**
 * Changes the code of one piece (see `pieces.mjs`), one change at a time, and checks that a unit test fails. `npm run test:mutation`
 * starts it. The report is written to `reports/mutation`.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  mutate: piece().mutate,
  testRunner: 'jest',
  plugins: ['./test/mutation/node_modules/@stryker-mutator/jest-runner/dist/src/index.js'],
  // There is one file of tests, which imports all.
  jest: {
    projectType: 'custom',
    configFile: 'test/mutation/jest.config.mjs',
    enableFindRelatedTests: false,
  },
  coverageAnalysis: 'perTest',
  // A static mutant (a table or a regular expression of a module) needs all tests. See test/README.md.
  ignoreStatic: name !== 'egress',
  incremental: true,
  incrementalFile: `reports/mutation/${name}.json`,
  reporters: ['clear-text', 'html', 'progress'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: `reports/mutation/${name}.html` },
  // Messages for people are not decisions.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: [
    '/dist*',
    '/bench',
    '/sample-app',
    '/reports',
    '/test/{e2e,faults,hosts,api,packaging}',
    '.git',
  ],
  tempDirName: '.stryker-tmp',
  // The tests of stages wait for results most of the time, until a deadline if a mutant keeps the result away.
  concurrency: name === 'stages' ? 6 : 2,
  // Far above the time that a busy machine needs to start a test runner, so that it kills no mutant. Most endless loops end earlier:
  // Stryker stops code that runs a hundred times as often as usual.
  timeoutMS: 90_000,
  timeoutFactor: 3,
  thresholds: { high: 90, low: 85, break: 85 },
};
