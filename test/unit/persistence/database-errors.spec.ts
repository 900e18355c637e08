import { describe, expect, it } from '@jest/globals';
import { DatabaseUnavailableError } from '../../../lib/errors/database.errors.js';
import { SecondSqliteError } from '../../../lib/errors/start-up.errors.js';
import { retryOnDeadlock } from '../../../lib/persistence/sql/retry-on-deadlock.js';

describe('an error about the database', () => {
  it.each([
    ['its message', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), 'refused'],
    // A name with several addresses: an AggregateError has no message.
    ['its code', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['the thrown value', 'no database', 'no database'],
  ])('names the cause by %s', (_what, cause, text) => {
    expect(new DatabaseUnavailableError(cause, 'of the shop').message).toContain(
      `cannot be opened (${text})`,
    );
  });

  it('says that the second copy of SQLite may be hidden if the process reports fewer than two files', () => {
    expect(new SecondSqliteError('The data source', []).message).toMatch(
      /Loaded: no native file that the process reports \(another copy may be part of the runtime/,
    );
  });
});

describe('a transaction that ends in a deadlock', () => {
  it('is run at most five times in total', async () => {
    let tries = 0;
    const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' });
    const transaction = (): Promise<never> => {
      tries += 1;
      return Promise.reject(deadlock);
    };
    await expect(retryOnDeadlock(transaction)).rejects.toBe(deadlock);
    expect(tries).toBe(5);
  });
});
