import { describe, expect, it } from '@jest/globals';
import {
  checkKnown,
  EMIT_MANY_OPTIONS,
  EMIT_OPTIONS,
  EVENT_MEMBERS,
} from '../../../lib/emitter/known-options.js';

const refusal = (check: () => void): unknown => {
  try {
    check();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('checkKnown', () => {
  it.each([[undefined], [null], ['7'], [7], [() => ({})]])(
    'refuses %p as options, and shows what to pass',
    (options) => {
      expect(refusal(() => checkKnown(options, EMIT_OPTIONS))).toMatchObject({
        code: 'INVALID_EMIT_OPTION',
        option: '',
        message: expect.stringMatching(/pass an object such as \{ tenantUid: '7', manager \}/),
      });
    },
  );

  it.each([
    ['manger', /Did you mean "manager"\?/],
    ['tenant', /Did you mean "tenantUid"\?/],
    ['trasaction', /Did you mean "transaction"\?/],
    ['retries', /Known are tenantUid, manager, transaction, eventUid, orderingKey, occurredAt/],
  ])('refuses the member %s', (name, message) => {
    const options = { tenantUid: '7', [name]: undefined };
    expect(refusal(() => checkKnown(options, EMIT_OPTIONS))).toMatchObject({
      code: 'INVALID_EMIT_OPTION',
      option: name,
      message: expect.stringMatching(message),
    });
  });

  it('refuses options of single events in emitMany, and options of emitMany in an event', () => {
    expect(refusal(() => checkKnown({ tenantUid: '7', eventUid: 'e' }, EMIT_MANY_OPTIONS))).toBeDefined();
    expect(refusal(() => checkKnown({ action: 'A', data: {}, tenantUid: '7' }, EVENT_MEMBERS))).toBeDefined();
  });

  it('accepts every member that exists', () => {
    const all = Object.fromEntries(EMIT_OPTIONS.map((name) => [name, undefined]));
    expect(refusal(() => checkKnown(all, EMIT_OPTIONS))).toBeUndefined();
    expect(refusal(() => checkKnown(Object.create(null), EMIT_OPTIONS))).toBeUndefined();
  });
});
