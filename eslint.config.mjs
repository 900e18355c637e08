import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What the compiler does not see: lost promises, `any` that spreads, a switch that forgot a case. */
const typeCheckedRules = {
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/consistent-type-exports': 'error',
  // Spares classes with decorators by itself: their constructor parameters are values at run time (emitDecoratorMetadata).
  '@typescript-eslint/consistent-type-imports': 'error',
  '@typescript-eslint/no-base-to-string': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/no-unnecessary-type-assertion': 'error',
  '@typescript-eslint/no-unsafe-argument': 'error',
  '@typescript-eslint/no-unsafe-assignment': 'error',
  '@typescript-eslint/no-unsafe-call': 'error',
  '@typescript-eslint/no-unsafe-member-access': 'error',
  '@typescript-eslint/no-unsafe-return': 'error',
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/prefer-promise-reject-errors': 'error',
  '@typescript-eslint/return-await': ['error', 'in-try-catch'],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
};

const unusedVariables = { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true };

export default defineConfig(
  // test/hosts and test/packaging/vitest have types of their own, which their runs install and check; test/api/client generates its own.
  globalIgnores([
    'dist/',
    'dist-sample/',
    'coverage/',
    'data/',
    'lib/portal/generated/',
    'test/hosts/',
    'test/monitoring/dashboard/node_modules/',
    'test/mutation/node_modules/',
    'test/lighthouse/node_modules/',
    'reports/',
    '.stryker-tmp/',
    'test/packaging/vitest/',
    'test/api/.venv/',
    'test/api/client/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', unusedVariables],
      eqeqeq: 'error',
      'no-constant-binary-expression': 'error',
      'no-unmodified-loop-condition': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: typeCheckedRules,
  },
  {
    // A library says nothing on its own account: it logs through Nest's Logger.
    files: ['lib/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': ['error', '__dirname', '__filename', 'require'],
    },
  },
);
