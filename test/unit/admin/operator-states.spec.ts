import { describe, expect, it } from '@jest/globals';
import { failingTransportDto } from '../../../lib/admin/operator/failing-transport.dto.js';
import { laneStateOf } from '../../../lib/admin/operator/lane.dto.js';

const NOW = 1_800_000_000_000;

describe('the states that the operator routes show', () => {
  it.each([
    [null, NOW + 1, 'FREE'],
    ['worker-1', NOW + 1, 'HELD'],
    ['worker-1', NOW, 'EXPIRED'],
  ] as const)('a lane with holder %j and a lease until %d is %s', (holder, leaseUntil, state) => {
    expect(laneStateOf({ holder, leaseUntil } as Parameters<typeof laneStateOf>[0], NOW)).toBe(state);
  });

  it.each([
    [NOW + 1_000, new Date(NOW + 1_000).toISOString()],
    [NOW, null],
  ])('a failing transport that is blocked until %d is shown as blocked until %j', (blockedUntil, shown) => {
    const transport = { id: 1, failingSince: NOW, blockedUntil } as Parameters<typeof failingTransportDto>[0];
    expect(failingTransportDto(transport, NOW).blockedUntil).toBe(shown);
  });
});
