/** Jest in ESM mode: Nest 12 is ESM-only. Run through scripts/test.mjs, which starts PostgreSQL. */
export default {
  testEnvironment: '<rootDir>/test/support/leak-check-environment.mjs',
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^nestjs-tillhook$': '<rootDir>/lib/index.ts',
    '^nestjs-tillhook/(receiver|testing)$': '<rootDir>/lib/$1/index.ts',
    '^nestjs-tillhook/(pg|better-sqlite3|knex|kysely|drizzle|prisma|sequelize|mikro-orm)$':
      '<rootDir>/lib/emitter/adapters/$1.ts',
  },
  transform: { '^.+\\.ts$': '<rootDir>/test/support/typescript-transform.mjs' },
  testTimeout: 30_000,
  // For `npm run test:coverage`. Processes that tests start are not covered.
  collectCoverageFrom: ['lib/**/*.ts'],
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'json', 'html'],
  coverageDirectory: 'reports/coverage',
  // Most tests wait for real processes, time-outs and leases: five keep two cores busy.
  maxWorkers: 6,
};
