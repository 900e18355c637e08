import { describe, expect, it } from '@jest/globals';
import { checkEnvironmentName } from '../../../lib/domain/environment-name.js';

describe('The name of an environment', () => {
  it.each(['p', 'production', 'EU west (blue)', '!~', 'x'.repeat(64)])('may be %p', (name) => {
    expect(checkEnvironmentName(name)).toBe(name);
  });

  it.each(['', ' p', 'p ', ' ', 'x'.repeat(65), 'Küche', 'a\tb', 'a\n', 7 as never, undefined as never])(
    'may not be %p',
    (name) =>
      expect(() => checkEnvironmentName(name)).toThrow(
        expect.objectContaining({ message: expect.stringMatching(/"environment"/) }),
      ),
  );
});
