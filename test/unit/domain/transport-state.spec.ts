import { describe, expect, it } from '@jest/globals';
import { stateAfter, TRANSPORT_STATES } from '../../../lib/domain/transport-state.js';

const COMMANDS = ['pause', 'resume', 'disable', 'enable'] as const;

describe('the state of a transport', () => {
  it.each([
    ['pause', 'ACTIVE', 'PAUSED'],
    ['resume', 'PAUSED', 'ACTIVE'],
    ['disable', 'ACTIVE', 'DISABLED'],
    ['disable', 'PAUSED', 'DISABLED'],
    ['enable', 'DISABLED', 'ACTIVE'],
  ] as const)('%s leads from %s to %s', (command, before, after) => {
    expect(stateAfter(command, before)).toBe(after);
  });

  it.each([
    ['pause', 'DISABLED'],
    ['resume', 'DISABLED'],
    ['enable', 'PAUSED'],
  ] as const)('does not permit the command %s in the state %s', (command, before) => {
    expect(stateAfter(command, before)).toBeUndefined();
  });

  it('stays where it is when a command is repeated', () => {
    for (const command of COMMANDS) {
      for (const before of TRANSPORT_STATES) {
        const after = stateAfter(command, before);
        if (after !== undefined) expect(stateAfter(command, after)).toBe(after);
      }
    }
  });

  it('becomes DISABLED by disable from every state, and ACTIVE by at least one of resume and enable', () => {
    for (const before of TRANSPORT_STATES) {
      expect(stateAfter('disable', before)).toBe('DISABLED');
      expect([stateAfter('resume', before), stateAfter('enable', before)]).toContain('ACTIVE');
    }
  });
});
