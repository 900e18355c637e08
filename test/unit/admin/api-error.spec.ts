import { describe, expect, it } from '@jest/globals';
import { validationFailed } from '../../../lib/admin/api-error.js';

describe('an error of the admin API', () => {
  it('has its text as message, which filters and error trackers of the host show', () => {
    expect(validationFailed('name is required', 'url is required').message).toBe(
      'name is required; url is required',
    );
    expect(String(validationFailed('name is required'))).toContain('name is required');
  });

  it('keeps a list of messages in its body', () => {
    expect(validationFailed('name is required', 'url is required').getResponse()).toMatchObject({
      message: ['name is required', 'url is required'],
    });
  });
});
