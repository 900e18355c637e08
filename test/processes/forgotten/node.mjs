import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runAndForget } from './app.mjs';

it('emits', async () => {
  assert.ok(await runAndForget());
});
