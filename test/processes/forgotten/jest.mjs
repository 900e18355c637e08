import { expect, it } from '@jest/globals';
import { runAndForget } from './app.mjs';

it('emits', async () => {
  expect(await runAndForget()).toEqual(expect.any(String));
});
