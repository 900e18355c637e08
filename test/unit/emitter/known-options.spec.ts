import { describe, expect, it } from '@jest/globals';
import {
  checkEvent,
  checkOptions,
  EMIT_MANY_OPTIONS,
  EMIT_OPTIONS,
} from '../../../lib/emitter/known-options.js';

const refusal = (check: () => void): unknown => {
  try {
    check();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('The check of the options of emit and emitMany', () => {
  it.each([[undefined], [null], ['7'], [7], [() => ({})]])(
    'refuses %p as options, and shows what to pass',
    (options) => {
      expect(refusal(() => checkOptions(options, EMIT_OPTIONS))).toMatchObject({
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
    ['retries', /Known options: tenantUid, manager, transaction, eventUid, orderingKey, occurredAt/],
  ])('refuses the member %s', (name, message) => {
    const options = { tenantUid: '7', [name]: undefined };
    expect(refusal(() => checkOptions(options, EMIT_OPTIONS))).toMatchObject({
      code: 'INVALID_EMIT_OPTION',
      option: name,
      message: expect.stringMatching(message),
    });
  });

  it('refuses options of single events in emitMany, and options of emitMany in an event', () => {
    expect(refusal(() => checkOptions({ tenantUid: '7', eventUid: 'e' }, EMIT_MANY_OPTIONS))).toBeDefined();
    expect(refusal(() => checkEvent({ action: 'A', data: {}, tenantUid: '7' }, 0))).toBeDefined();
  });

  it.each([
    [undefined, /^events\[2\] of emitMany is undefined: pass an object such as \{ action: /],
    [
      { action: 'A', dta: {} },
      /^The member "dta" of events\[2\] of emitMany does not exist\. Did you mean "data"\?/,
    ],
    [{ action: 'A', retries: 3 }, /Known members: action, data, eventUid, orderingKey, occurredAt\./],
  ])('names the event at fault: %p', (event, message) => {
    expect(refusal(() => checkEvent(event, 2))).toMatchObject({
      code: 'INVALID_EMIT_OPTION',
      message: expect.stringMatching(message),
    });
  });

  it('accepts every member that exists', () => {
    const all = Object.fromEntries(EMIT_OPTIONS.map((name) => [name, undefined]));
    expect(refusal(() => checkOptions(all, EMIT_OPTIONS))).toBeUndefined();
    expect(refusal(() => checkOptions(Object.create(null), EMIT_OPTIONS))).toBeUndefined();
  });
});
