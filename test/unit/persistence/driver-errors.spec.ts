import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { DatabaseBusyError, DatabaseUnavailableError } from '../../../lib/errors/database.errors.js';
import { classify, type DriverErrorKind } from '../../../lib/persistence/errors/driver-errors.js';

const withCode = (code: string, message = 'failed') => Object.assign(new Error(message), { code });

/** Codes and messages, each with its kind. */
const CASES: [kind: DriverErrorKind, errors: readonly Error[]][] = [
  [
    'unavailable',
    [
      ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'].map((code) =>
        withCode(code),
      ),
      ...['08006', '08P01', '57P01', '57P03', '53300', '53100', '25P03'].map((code) => withCode(code)),
      ...['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_CANTOPEN'].map((code) => withCode(code)),
      ...[
        'Connection terminated unexpectedly',
        'timeout exceeded when trying to connect',
        'Query read timeout',
        'Client has encountered a connection error and is not queryable',
      ].map((message) => new Error(message)),
      new DatabaseUnavailableError(new Error('cause')),
    ],
  ],
  [
    'busy',
    [
      ...['55P03', '57014', 'SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT'].map((code) => withCode(code)),
      new DatabaseBusyError('locked'),
    ],
  ],
  ['conflict', ['40001', '40P01'].map((code) => withCode(code))],
  [
    'unique',
    ['23505', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'].map((code) => withCode(code)),
  ],
  ['foreign-key', ['23503', 'SQLITE_CONSTRAINT_FOREIGNKEY'].map((code) => withCode(code))],
  [
    'missing-table',
    [
      withCode('42P01'),
      withCode('SQLITE_ERROR', 'no such table: webhook_queue'),
      // Knex writes the statement before the message.
      withCode('SQLITE_ERROR', 'SELECT 1 FROM webhook_queue - no such table: webhook_queue'),
    ],
  ],
  ['permission-denied', [withCode('42501', 'permission denied for table webhook_event')]],
  [
    'refused',
    [
      ...['22021', '23502', '23514', '42601', '54000', 'P0001', 'XX000'].map((code) => withCode(code)),
      ...['SQLITE_CONSTRAINT_NOTNULL', 'SQLITE_CONSTRAINT_TRIGGER', 'SQLITE_TOOBIG'].map((code) =>
        withCode(code),
      ),
      withCode('SQLITE_ERROR', 'no such column: x'),
      // A trigger of the host may raise any message, so the code decides if there is one.
      withCode('P0001', 'connection terminated by the till'),
      new TypeError('x is not a function'),
    ],
  ],
];

describe('The classification of driver errors', () => {
  it.each(CASES.flatMap(([kind, errors]) => errors.map((error) => [kind, error] as const)))(
    'is "%s" for %s',
    (kind, error) => {
      expect(classify(error)).toBe(kind);
      expect(classify(new QueryFailedError('SELECT 1', [], error))).toBe(kind);
      // An error of another realm is no instance of this realm's `Error`.
      const { message, code } = error as { message: string; code?: string };
      expect(classify({ message, code })).toBe(kind);
    },
  );

  it('looks into the errors of Sequelize and Drizzle', () => {
    const error = withCode('23503');
    expect(classify(Object.assign(new Error('wrapped'), { original: error }))).toBe('foreign-key');
    expect(classify(new Error('wrapped', { cause: error }))).toBe('foreign-key');
  });

  it('is "refused" for a value that is not an error', () => {
    for (const value of [undefined, null, 'ECONNRESET', 42, {}]) expect(classify(value)).toBe('refused');
  });
});
