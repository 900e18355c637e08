import { describe, expect, it } from '@jest/globals';
import { matchesAction } from '../../../lib/domain/action-pattern.js';
import {
  countChosen,
  groupActions,
  matchesPattern,
  stateOf,
  toggleAction,
  toggleEverything,
  toggleGroup,
} from '../../../portal/src/pages/endpoints/action-choice.js';

const ACTIONS = [
  'TILL_OPENED',
  'ORDER_SETTLED',
  'PING',
  'ORDER_DELIVERED',
  'STOCK_CHANGE',
  'TILL_CLOSED',
  'WEBHOOK_QUOTA_NEAR',
];
const orders = groupActions(ACTIONS)[0]!;

describe('the groups of event types', () => {
  it('are sorted by name, together with event types that have no group', () => {
    expect(groupActions(ACTIONS.filter((action) => !action.startsWith('WEBHOOK_')))).toEqual([
      { prefix: 'ORDER_', actions: ['ORDER_DELIVERED', 'ORDER_SETTLED'] },
      { prefix: '', actions: ['PING'] },
      { prefix: '', actions: ['STOCK_CHANGE'] },
      { prefix: 'TILL_', actions: ['TILL_CLOSED', 'TILL_OPENED'] },
    ]);
  });

  it('are chosen as a whole, in part, or not', () => {
    expect(stateOf(orders, new Set(['ORDER_*']))).toBe('all');
    expect(stateOf(orders, new Set(['ORDER_SETTLED', 'PING']))).toBe('some');
    expect(stateOf(orders, new Set(['PING']))).toBe('none');
  });
});

describe('a choice of event types', () => {
  it.each(['*', 'ORDER_*', 'ORDER_SETTLED', 'WEBHOOK_*'])(
    'covers with %s the same event types as the API',
    (pattern) => {
      for (const action of ACTIONS)
        expect(matchesPattern(pattern, action)).toBe(matchesAction(pattern, action));
    },
  );

  it('counts each event type once', () => {
    expect(countChosen(new Set(['ORDER_*', 'ORDER_SETTLED', 'PING']), ACTIONS)).toBe(3);
    expect(countChosen(new Set(['*']), ACTIONS)).toBe(6);
    expect(countChosen(new Set(), ACTIONS)).toBe(0);
  });

  it('replaces single event types by their group, and keeps the others of a group', () => {
    expect([...toggleGroup(orders, new Set(['ORDER_SETTLED', 'PING']))]).toEqual(['PING', 'ORDER_*']);
    expect([...toggleGroup(orders, new Set(['ORDER_*', 'PING']))]).toEqual(['PING']);
    expect([...toggleAction(orders, 'ORDER_SETTLED', new Set(['ORDER_*']))]).toEqual(['ORDER_DELIVERED']);
  });

  it('keeps notifications when everything is chosen, and when it is not chosen any more', () => {
    const chosen = toggleEverything(new Set(['ORDER_*', 'WEBHOOK_*']));
    expect([...chosen]).toEqual(['*', 'WEBHOOK_*']);
    expect([...toggleEverything(chosen)]).toEqual(['WEBHOOK_*']);
  });
});
