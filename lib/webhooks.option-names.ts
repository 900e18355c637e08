import { closestOf } from './domain/closest-name.js';
import { InvalidOptionError, unquoted } from './errors/start-up.errors.js';
import { EXTRA_NAMES } from './webhooks.extras.js';
import type { DatabaseOptions, RetentionOptions } from './webhooks.options.js';
import { resolveOptions } from './webhooks.resolved-options.js';

const EXTRAS: readonly string[] = EXTRA_NAMES;
/** The resolved defaults, which have a member for each option. */
const DEFAULTS = resolveOptions({});
const OPTIONS = Object.keys(DEFAULTS);

/** The members of each group of options. */
const NESTED = {
  database: Object.keys({ url: true, schema: true } satisfies Record<keyof DatabaseOptions, true>),
  wakeUps: Object.keys(DEFAULTS.wakeUps),
  egress: Object.keys(DEFAULTS.egress),
  encryption: Object.keys(DEFAULTS.encryption),
  telemetry: Object.keys(DEFAULTS.telemetry),
  retention: Object.keys({
    deliveredDays: true,
    failedDays: true,
    unmatchedHours: true,
    bodyDays: true,
    tenants: true,
  } satisfies Record<keyof RetentionOptions, true>),
};

/** The options of `forRootAsync` in addition to the extras. */
const ASYNC = ['imports', 'useFactory', 'useClass', 'useExisting', 'inject', 'provideInjectionTokensFrom'];

/** @throws {InvalidOptionError} if an object given to `forRoot` has a member that is not an option */
export function checkNames(given: object): void {
  checkMembers(given, [...EXTRAS, ...OPTIONS]);
  checkNested(given);
}

/** @throws {InvalidOptionError} if an object given to `forRootAsync` has an unknown member */
export function checkAsyncNames(given: object): void {
  for (const name of Object.keys(given)) {
    if (OPTIONS.includes(name)) throw misplaced(name, 'return it from the factory of forRootAsync');
  }
  checkMembers(given, [...EXTRAS, ...ASYNC]);
}

/** @throws {InvalidOptionError} if the options that a factory of `forRootAsync` returned have a member that is not an option */
export function checkReturnedNames(given: object): void {
  for (const name of Object.keys(given)) {
    if (EXTRAS.includes(name))
      throw misplaced(name, 'give it beside useFactory: it must be known before anything is injected');
  }
  checkMembers(given, OPTIONS);
  checkNested(given);
}

function checkNested(given: object): void {
  for (const [name, names] of Object.entries(NESTED)) {
    const members: unknown = (given as Record<string, unknown>)[name];
    if (members === undefined || (name === 'retention' && members === false)) continue;
    if (typeof members !== 'object' || members === null)
      throw new InvalidOptionError(
        name,
        unquoted(members === null ? 'null' : `of type ${typeof members}`),
        `give an object with ${listOf(names)}.`,
      );
    checkMembers(members, names, `${name}.`);
  }
}

/** Values are not shown: a misspelt option may contain a key. */
function checkMembers(given: object, names: readonly string[], prefix = ''): void {
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const closest = closestOf(name, names);
    throw new InvalidOptionError(
      prefix + name,
      unquoted('unknown'),
      closest === undefined
        ? `there is no such option. Known options: ${listOf(names)}.`
        : `there is no such option. Did you mean "${prefix}${closest}"?`,
    );
  }
}

const misplaced = (name: string, remedy: string): InvalidOptionError =>
  new InvalidOptionError(name, unquoted('in the wrong place'), `${remedy}.`);

const listOf = (names: readonly string[]): string => names.join(', ');
