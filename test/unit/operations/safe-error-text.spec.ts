import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { safeErrorText } from '../../../lib/operations/safe-error-text.js';

const withCode = (message: string, code: string): Error => Object.assign(new Error(message), { code });

describe('The text of an error in health', () => {
  it('is its message with the code of the database', () => {
    expect(safeErrorText(withCode('permission denied for table webhook_lane', '42501'))).toBe(
      'permission denied for table webhook_lane (42501)',
    );
    expect(safeErrorText(withCode('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED'))).toBe(
      'connect ECONNREFUSED 127.0.0.1:5432',
    );
  });

  it('is that of the driver, without the statement and its parameters', () => {
    const wrapped = new QueryFailedError(
      'UPDATE t SET x = $1',
      ['s3cret'],
      withCode('deadlock detected', '40P01'),
    );
    expect(safeErrorText(wrapped)).toBe('deadlock detected (40P01)');
  });

  it('repeats no stored value', () => {
    const text = safeErrorText(withCode('invalid input syntax for type bigint: "s3cret"', '22P02'));
    expect(text).toBe('The database refused a value (22P02).');
  });

  it('shows no credentials of a URL', () => {
    expect(safeErrorText(new Error('Cannot reach postgres://app:s3cret@db:5432/shop'))).toBe(
      'Cannot reach postgres://***@db:5432/shop',
    );
  });

  it('is one line of at most 200 characters', () => {
    const text = safeErrorText(new Error(`first\nsecond ${'x'.repeat(500)}`));
    expect(text).toMatch(/^first second x+…$/);
    expect(text).toHaveLength(200);
  });

  it.each([undefined, null, 'text', { code: 'ECONNRESET' }, {}, new Error('')])(
    'exists for whatever was thrown: %p',
    (thrown) => {
      expect(safeErrorText(thrown).length).toBeGreaterThan(0);
    },
  );
});
