import { describe, expect, it } from '@jest/globals';
import { assertTransition, type LaneState } from '../../../../lib/delivery/lanes/lane-state.js';

const STATES: LaneState[] = ['OPEN', 'DRAINING', 'RELEASING', 'CLOSED'];

describe('The states of a lane', () => {
  it('follow each other as `LaneState` describes, and in no other way', () => {
    const isAllowed = (from: LaneState, to: LaneState): boolean => {
      try {
        assertTransition(from, to);
        return true;
      } catch {
        return false;
      }
    };
    const next = STATES.map((from) => [from, STATES.filter((to) => isAllowed(from, to))]);
    expect(next).toEqual([
      ['OPEN', ['DRAINING', 'RELEASING', 'CLOSED']],
      ['DRAINING', ['RELEASING', 'CLOSED']],
      ['RELEASING', ['OPEN', 'DRAINING', 'CLOSED']],
      ['CLOSED', []],
    ]);
  });

  it('are named in the error for a transition that does not exist', () => {
    expect(() => assertTransition('CLOSED', 'OPEN')).toThrow('A lane cannot change from CLOSED to OPEN.');
  });
});
