import { testGroupOf } from './test-group.mjs';

/**
 * The unit tests as CommonJS, because Stryker runs them faster this way than as native ES modules. The code under mutation
 * imports neither NestJS nor another package that exists only as ES modules.
 */
export default {
  rootDir: '../..',
  testEnvironment: 'node',
  testMatch: [`<rootDir>/${testGroupOf(process.env.MUTATION_PIECE)}`],
  // Stryker starts Jest once for each mutant, and Jest searches these folders each time.
  roots: [
    '<rootDir>/lib',
    '<rootDir>/test/unit',
    '<rootDir>/test/support',
    '<rootDir>/test/.groups/mutation',
  ],
  watchman: false,
  modulePathIgnorePatterns: ['<rootDir>/.stryker-tmp/'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^typeorm$': '<rootDir>/test/mutation/typeorm-stub.cjs',
    '^fast-check$': '<rootDir>/test/mutation/fast-check.cjs',
  },
  transform: {
    '^.+\\.ts$': [
      'ts-jest',
      { tsconfig: 'test/mutation/tsconfig.json', transpilation: true, diagnostics: false },
    ],
  },
};
