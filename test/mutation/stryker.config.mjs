/**
 * Changes the code of the pure decisions, one change at a time, and checks that a unit test fails. `npm run test:mutation`
 * starts it. The report is written to `reports/mutation`.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  mutate: [
    'lib/domain/**/*.ts',
    'lib/egress/*-policy.ts',
    'lib/egress/{allow-list,allowed-hosts,deny-list}.ts',
    'lib/delivery/lanes/**/*.ts',
    // Types only.
    '!lib/domain/notification.ts',
  ],
  testRunner: 'jest',
  plugins: ['./test/mutation/node_modules/@stryker-mutator/jest-runner/dist/src/index.js'],
  jest: { projectType: 'custom', configFile: 'test/mutation/jest.config.mjs' },
  coverageAnalysis: 'perTest',
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  reporters: ['clear-text', 'html', 'progress'],
  clearTextReporter: { allowColor: false, logTests: false },
  htmlReporter: { fileName: 'reports/mutation/index.html' },
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
  thresholds: { high: 90, low: 85, break: 85 },
};
