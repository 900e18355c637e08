import { PermissionDeniedError, TABLES_MISSING_REMEDY } from '../errors/database.errors.js';
import { MIGRATIONS_REMEDY } from '../errors/start-up.errors.js';
import { WebhooksError } from '../errors/webhooks-error.js';
import { classify } from '../persistence/errors/driver-errors.js';
import { CliError } from './cli-errors.js';

/** The code and the message with which the command line reports an error. */
export interface ReportedError {
  /** Undefined: the error has none, so it is a bug. */
  readonly code: string | undefined;
  readonly message: string;
}

/** Pairs of texts: a remedy in a message of the module, written for the code of an application, and the same remedy on the command line. */
const ON_THE_COMMAND_LINE: readonly (readonly [string, string])[] = [
  [MIGRATIONS_REMEDY, 'Run `tillhook migrate`.'],
  [TABLES_MISSING_REMEDY, 'Run `tillhook migrate`.'],
  [
    'in the option "database.url" are right',
    'in --database, the configuration file or the environment are right',
  ],
  ['or raise toleranceSeconds', 'or give --ignore-time for a request that was saved earlier'],
  ['as the "catalog" option', 'as webhooks.catalog of the configuration file'],
  [
    'with runMigrations: true it also has to own the tables',
    'for `tillhook migrate` it also has to own the tables',
  ],
];

/** Adds remedies to errors of drivers, and rewords remedies of the module for the command line. */
export function withRemedy(error: unknown): ReportedError {
  const message = textOf(error);
  if (error instanceof CliError) return { code: error.code, message };
  const known = error instanceof WebhooksError ? error : databaseError(error, message);
  if (known === undefined) return { code: codeOf(error), message };
  return {
    code: known.code,
    message: ON_THE_COMMAND_LINE.reduce((text, [from, to]) => text.replace(from, to), known.message),
  };
}

/** Errors that a driver threw after the start, when nothing translates them. */
function databaseError(error: unknown, message: string): ReportedError | undefined {
  switch (classify(error)) {
    case 'permission-denied':
      return new PermissionDeniedError(error, 'start');
    case 'unavailable':
      return {
        code: 'DATABASE_UNAVAILABLE',
        message: `The database cannot be reached (${message}). Check that it runs, and run the command again.`,
      };
    case 'busy':
      return {
        code: 'DATABASE_BUSY',
        message: `The database is busy (${message}). Find out who holds locks on webhook tables, and run the command again.`,
      };
    case 'missing-table':
      return {
        code: 'TABLES_MISSING',
        message: `Webhook tables missing (${message}). Run \`tillhook migrate\`.`,
      };
    default:
      return undefined;
  }
}

/** An `AggregateError` of several addresses has a code and no message. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || codeOf(error) || error.name;
}

/** Errors of Node and of drivers have a code. */
function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
