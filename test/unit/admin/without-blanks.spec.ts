import { describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { MayBeBlank } from '../../../lib/admin/validation/may-be-blank.js';
import { WithoutBlanksPipe } from '../../../lib/admin/validation/without-blanks.pipe.js';

class Base {
  name?: string;
  @MayBeBlank({ description: 'User.' })
  username?: string | null;
}
class Create extends Base {
  @MayBeBlank({ description: 'Token.' })
  token?: string | null;
}
const pipe = new WithoutBlanksPipe(Create);

describe('members that may be blank', () => {
  it('are removed when they are "" or null, and others are not', () => {
    const body = { token: '', username: null, name: '', url: null };
    expect(pipe.transform(body)).toEqual({ name: '', url: null });
    expect(body).toHaveProperty('token');
  });

  it('stay when they have a value of any kind', () => {
    for (const token of ['x', ' ', 0, false, [], {}]) expect(pipe.transform({ token })).toEqual({ token });
  });

  it('do not hide a member __proto__, which is refused later', () => {
    const kept = pipe.transform(JSON.parse('{"token":"","__proto__":{"x":1}}')) as object;
    expect(Object.keys(kept)).toEqual(['__proto__']);
  });

  it('are those of the class that marks them, and of its subclasses', () => {
    expect(new WithoutBlanksPipe(Base).transform({ token: '', username: '' })).toEqual({ token: '' });
  });

  it('are not searched for in a value that is not an object', () => {
    for (const value of [undefined, null, 'token', 7, [null]]) expect(pipe.transform(value)).toEqual(value);
  });
});
