import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildEnvelope } from '../../../lib/domain/envelope.js';
import { referenceSearch } from '../../../lib/domain/event-references.js';
import { anyText } from '../../support/any-text.js';

const matches = (reference: string, data: object): boolean =>
  referenceSearch(reference).matches(buildEnvelope('ORDER_SETTLED', '7', data));

describe('a search for a reference', () => {
  it('finds the Uid and the Id of an entity that the body refers to', () => {
    const data = { store: { Uid: '70' }, order: { Id: 7123, Uid: '700' } };
    for (const reference of ['70', '700', '7123'])
      expect([reference, matches(reference, data)]).toEqual([reference, true]);
  });

  it('finds a value with characters that JSON escapes', () => {
    expect(matches('a"b\\c', { order: { Uid: 'a"b\\c' } })).toBe(true);
  });

  it.each([
    ['a part of a value', '70', { order: { Id: 7012, Uid: '700' } }],
    ['the tenant', '7', { order: { Uid: '700' } }],
    ['a value of a nested object', '9', { order: { Uid: '700', line: { Uid: '9' } } }],
    ['a value of another member', '9', { order: { Uid: '700', Number: '9' } }],
    ['a value of a list', '9', { orders: [{ Uid: '9' }] }],
    ['another spelling of a number', '7.0', { order: { Id: 7 } }],
    ['another number beside a nested one', '9', { order: { Id: 7, line: { Id: 9 } } }],
    ['a list of the value', '9', { order: { Id: ['9'], line: { Id: '9' } } }],
  ])('does not find %s', (_what, reference, data) => {
    expect(matches(reference, data)).toBe(false);
  });

  it('ignores a body that is not JSON, or not an object', () => {
    expect(referenceSearch('7').matches('{"order":{"Uid":"7"}')).toBe(false);
    expect(referenceSearch('7').matches('[{"Uid":"7"}]')).toBe(false);
  });

  it('finds any Id or Uid, although bodies are first searched for its text', () => {
    const value = fc.oneof(
      anyText({ minLength: 1 }),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(value, fc.constantFrom('Id', 'Uid'), (entity, key) => {
        // JSON has no negative zero.
        fc.pre(!Object.is(entity, -0));
        expect(matches(String(entity), { order: { [key]: entity } })).toBe(true);
      }),
    );
  });
});
