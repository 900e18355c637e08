import { describe, expect, it } from '@jest/globals';
import { apiErrorOf } from '../../../lib/admin/api-error-of.js';
import { CHANGED_MEANWHILE, retryOnChange } from '../../../lib/operations/retry-on-change.js';

describe('a change under optimistic locking', () => {
  it('starts over if somebody else wrote in between, and ends with a conflict after ten tries', async () => {
    let tries = 0;
    const change = (): Promise<typeof CHANGED_MEANWHILE> => {
      tries += 1;
      return Promise.resolve(CHANGED_MEANWHILE);
    };
    const error = await retryOnChange('HTTP transport', change).catch((thrown: unknown) => thrown);
    expect(tries).toBe(10);
    expect(apiErrorOf(error)).toMatchObject({
      status: 409,
      code: 'CONCURRENT_CHANGE',
      message: expect.stringMatching(/^The HTTP transport was changed by other requests at the same time/),
    });
  });
});
