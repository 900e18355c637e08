import { piece } from './pieces.mjs';

const ALL = ['<rootDir>/test/unit/{domain,egress,delivery/lanes,delivery/sending}/**/*.spec.ts'];

/**
 * The unit tests as CommonJS, because Stryker runs them faster this way than as native ES modules. The code under mutation
 * imports neither NestJS nor another package that exists only as ES modules.
 */
export default {
  rootDir: '../..',
  testEnvironment: 'node',
  testMatch: piece()?.tests ?? ALL,
  modulePathIgnorePatterns: ['<rootDir>/.stryker-tmp/'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^typeorm$': '<rootDir>/test/mutation/typeorm-stub.cjs',
  },
  transform: {
    '^.+\\.ts$': [
      'ts-jest',
      { tsconfig: 'test/mutation/tsconfig.json', transpilation: true, diagnostics: false },
    ],
  },
};
