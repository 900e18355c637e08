import { describe, expect, it } from '@jest/globals';
import { firstPhase, phaseAfter } from '../../../lib/domain/recovery.js';

describe('the phases of a recovery', () => {
  it.each([
    [
      ['FAILED', 'MISSED'],
      ['COLLECT_FAILED', 'COLLECT_MISSED', 'ENQUEUE'],
    ],
    [['FAILED'], ['COLLECT_FAILED', 'ENQUEUE']],
    [['MISSED'], ['COLLECT_MISSED', 'ENQUEUE']],
  ] as const)('of %j are %j', (statuses, phases) => {
    const seen: string[] = [];
    let phase = firstPhase({ kind: 'RECOVER', statuses: [...statuses] });
    while (phase === 'COLLECT_FAILED' || phase === 'COLLECT_MISSED') {
      seen.push(phase);
      phase = phaseAfter(phase, [...statuses]);
    }
    expect([...seen, phase]).toEqual(phases);
  });

  it('of a replay are one, because its events are not collected first', () => {
    expect(firstPhase({ kind: 'REPLAY', statuses: [] })).toBe('REPLAY');
  });
});
