import { describe, expect, it } from '@jest/globals';
import { endsWithoutClosing, type ShutdownFacts } from '../../../lib/operations/shutdown-hook-watch.js';

const NO_HANDLERS: ShutdownFacts = { isMainThread: true, env: {}, handlersOf: () => 0 };
const ends = (changes: Partial<ShutdownFacts>): boolean => endsWithoutClosing({ ...NO_HANDLERS, ...changes });

describe('A process ends without closing the application', () => {
  it('if it handles neither SIGTERM nor SIGINT', () => {
    expect(ends({})).toBe(true);
    expect(ends({ handlersOf: (signal) => (signal === 'SIGHUP' ? 1 : 0) })).toBe(true);
  });

  it.each(['SIGTERM', 'SIGINT'])('but not if any code handles %s', (handled) => {
    expect(ends({ handlersOf: (signal) => (signal === handled ? 1 : 0) })).toBe(false);
  });

  it('but not in a worker thread, which gets no signals', () => {
    expect(ends({ isMainThread: false })).toBe(false);
  });

  it.each(['JEST_WORKER_ID', 'VITEST', 'NODE_TEST_CONTEXT'])('but not in a test runner (%s)', (name) => {
    expect(ends({ env: { [name]: '1' } })).toBe(false);
  });
});
