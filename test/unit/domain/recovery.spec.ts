import { describe, expect, it } from '@jest/globals';
import {
  collectedStatus,
  completeFrom,
  firstPhase,
  phaseAfter,
  recoveredKey,
} from '../../../lib/domain/recovery.js';
import type { RecoverableStatus } from '../../../lib/domain/recovery.js';

describe('The phases of a recovery', () => {
  it.each<[RecoverableStatus[], ReturnType<typeof firstPhase>[]]>([
    [['FAILED'], ['COLLECT_FAILED', 'ENQUEUE']],
    [['MISSED'], ['COLLECT_MISSED', 'ENQUEUE']],
    [
      ['FAILED', 'MISSED'],
      ['COLLECT_FAILED', 'COLLECT_MISSED', 'ENQUEUE'],
    ],
    [
      ['MISSED', 'FAILED'],
      ['COLLECT_FAILED', 'COLLECT_MISSED', 'ENQUEUE'],
    ],
  ])('collect the statuses %j, and then enqueue', (statuses, expected) => {
    const phases = [firstPhase({ kind: 'RECOVER', statuses })];
    for (let phase = phases[0]!; phase === 'COLLECT_FAILED' || phase === 'COLLECT_MISSED';) {
      phase = phaseAfter(phase, statuses);
      phases.push(phase);
    }
    expect(phases).toEqual(expected);
  });

  it('collect nothing for a replay, which reads the events', () => {
    expect(firstPhase({ kind: 'REPLAY', statuses: [] })).toBe('REPLAY');
    expect(firstPhase({ kind: 'REPLAY', statuses: ['FAILED'] })).toBe('REPLAY');
  });

  it('collect the status of their name', () => {
    expect([collectedStatus('COLLECT_FAILED'), collectedStatus('COLLECT_MISSED')]).toEqual([
      'FAILED',
      'MISSED',
    ]);
  });
});

describe('completeFrom', () => {
  const now = 1_000_000;
  const periods = { deliveredMs: 300, failedMs: 500, unmatchedMs: 100, bodyMs: undefined };

  it.each<[string, 'RECOVER' | 'REPLAY', RecoverableStatus[], typeof periods | undefined, number]>([
    [
      'a recovery finds failed deliveries while they are stored',
      'RECOVER',
      ['FAILED', 'MISSED'],
      periods,
      now - 500,
    ],
    ['a replay finds all events while those without deliveries are stored', 'REPLAY', [], periods, now - 100],
    [
      'a replay finds all events while those with delivered deliveries are stored',
      'REPLAY',
      [],
      { ...periods, unmatchedMs: 400 },
      now - 300,
    ],
    ['without retention, everything since the start is found', 'REPLAY', [], undefined, now - 600],
  ])('%s', (_title, kind, statuses, kept, expected) => {
    expect(completeFrom({ kind, statuses, since: now - 600 }, kept, now)).toBe(expected);
  });

  it('is never before the start of the period', () => {
    expect(completeFrom({ kind: 'REPLAY', statuses: [], since: now - 50 }, periods, now)).toBe(now - 50);
  });
});

describe('recoveredKey', () => {
  it('differs from each key of a fresh delivery, and between keys', () => {
    const keys = ['order-1', 'order-2', null].map(recoveredKey);
    expect(new Set([...keys, 'order-1', 'order-2', '']).size).toBe(6);
  });

  it('is as long as a stored key may be, at most', () => {
    expect(recoveredKey('k'.repeat(254))).toHaveLength(255);
    expect(recoveredKey('k'.repeat(255))).toBe(recoveredKey('k'.repeat(254)));
    expect(recoveredKey(`${'k'.repeat(253)}x`)).not.toBe(recoveredKey('k'.repeat(254)));
  });
});
