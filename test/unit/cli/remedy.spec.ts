import { describe, expect, it } from '@jest/globals';
import { describeError } from '../../../lib/cli/describe-error.js';
import { withRemedy } from '../../../lib/cli/remedy.js';

const withCode = (code: string, message: string): Error => Object.assign(new Error(message), { code });

describe('an error on the command line', () => {
  it.each<[string, Error, string, string]>([
    [
      'a database that went away',
      withCode('57P01', 'terminating connection'),
      'DATABASE_UNAVAILABLE',
      'The database cannot be reached (terminating connection). Check that it runs, and run the command again.',
    ],
    [
      'a server with several addresses that all refuse',
      withCode('ECONNREFUSED', ''),
      'DATABASE_UNAVAILABLE',
      'The database cannot be reached (ECONNREFUSED). Check that it runs, and run the command again.',
    ],
    [
      'a lock that others hold',
      withCode('55P03', 'lock timeout'),
      'DATABASE_BUSY',
      'The database is busy (lock timeout). Find out who holds locks on webhook tables, and run the command again.',
    ],
    [
      'tables that were dropped meanwhile',
      withCode('42P01', 'relation "webhook_queue" does not exist'),
      'TABLES_MISSING',
      'Webhook tables missing (relation "webhook_queue" does not exist). Run `tillhook migrate`.',
    ],
    ['another error with a code', withCode('EADDRINUSE', 'port in use'), 'EADDRINUSE', 'port in use'],
  ])('reports %s with its code and a remedy', (_what, error, code, message) => {
    expect(withRemedy(error)).toEqual({ code, message });
  });

  it('shows the stack only of an error without a code, which is a bug', () => {
    const options = { isJson: false, command: undefined };
    expect(describeError(new RangeError('unexpected'), options)).toEqual({
      text: expect.stringMatching(/^tillhook: RangeError: unexpected\n {4}at /),
      exitCode: 1,
    });
    expect(describeError('thrown text', options).text).toBe('tillhook: thrown text\n');
    expect(describeError(withCode('EADDRINUSE', 'port in use'), options).text).toBe(
      'tillhook: port in use\n',
    );
  });
});
