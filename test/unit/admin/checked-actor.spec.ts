import { describe, expect, it } from '@jest/globals';
import { checkedActor } from '../../../lib/admin/from-code/checked-actor.js';

describe('the last argument of a change from code', () => {
  it.each([undefined, {}, { actor: undefined }])('may name no actor: %j', (by) => {
    expect(checkedActor(by)).toBeNull();
  });

  it('names the actor', () => {
    expect(checkedActor({ actor: 'user:42' })).toBe('user:42');
  });

  it.each(['user:42', 42, { actor: 42 }, { actor: '' }])('is refused if it is %j', (by) => {
    expect(() => checkedActor(by as never)).toThrow(
      expect.objectContaining({
        status: 400,
        response: expect.objectContaining({ code: 'VALIDATION_FAILED' }),
      }),
    );
  });
});
