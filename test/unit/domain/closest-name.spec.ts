import { describe, expect, it } from '@jest/globals';
import { closestOf } from '../../../lib/domain/closest-name.js';

const NAMES = ['tenantUid', 'manager', 'transaction', 'eventUid', 'orderingKey', 'occurredAt', 'path'];

describe('closestOf', () => {
  it.each([
    ['manger', 'manager'],
    ['maanger', 'manager'],
    ['Manager', 'manager'],
    ['tenantUID', 'tenantUid'],
    ['tenant_uid', 'tenantUid'],
    ['occuredAt', 'occurredAt'],
    ['transacton', 'transaction'],
    ['paht', 'path'],
  ])('finds for %s the name %s', (name, expected) => {
    expect(closestOf(name, NAMES)).toBe(expected);
  });

  it.each([
    ['an empty name', ''],
    ['one character', 'x'],
    ['another word', 'retries'],
    ['a very long name', 'm'.repeat(1_000_000)],
  ])('finds no name for %s', (_title, name) => {
    expect(closestOf(name, NAMES)).toBeUndefined();
  });

  it('prefers the name with fewer edits, and the first one on a tie', () => {
    expect(closestOf('eventUi', ['eventUids', 'eventUid'])).toBe('eventUid');
    expect(closestOf('cat', ['car', 'bat'])).toBe('car');
  });

  it('finds nothing among no names', () => {
    expect(closestOf('manager', [])).toBeUndefined();
  });
});
