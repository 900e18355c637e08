import { describe, expect, it } from '@jest/globals';
import { mergeTransportRecords } from '../../../../lib/delivery/recording/merge-transport-records.js';
import type { NotificationEvent } from '../../../../lib/domain/notification-event.js';
import type { TransportRecord } from '../../../../lib/persistence/ports/record-store.js';

const change = (part: Partial<TransportRecord>): TransportRecord => ({
  transportId: 1,
  leaseToken: 1,
  blockedUntil: null,
  consecutiveFailures: 0,
  ...part,
});

describe('mergeTransportRecords', () => {
  it('keeps the latest state of a transport, the longest block, and what a later change leaves as it is', () => {
    const merged = mergeTransportRecords([
      change({ failingSince: 1_000, blockedUntil: 9_000, consecutiveFailures: 1 }),
      change({ blockedUntil: 7_000, consecutiveFailures: 2 }),
      change({ disabledReason: 'GONE', consecutiveFailures: 3 }),
    ]);
    expect(merged).toEqual([
      change({ failingSince: 1_000, blockedUntil: 9_000, consecutiveFailures: 3, disabledReason: 'GONE' }),
    ]);
  });

  it('keeps transports apart', () => {
    const changes = [change({ failingSince: null }), change({ transportId: 2, blockedUntil: 5 })];
    expect(mergeTransportRecords(changes)).toEqual(changes);
  });

  it('takes only the changes of the later holder of a lane, in whatever order they come', () => {
    const [earlier, later] = [
      change({ blockedUntil: 9_000 }),
      change({ leaseToken: 2, consecutiveFailures: 4 }),
    ];
    expect(mergeTransportRecords([earlier, later])).toEqual([later]);
    expect(mergeTransportRecords([later, earlier])).toEqual([later]);
  });

  it('keeps the events of all changes, and no warning of a series of failures that has ended', () => {
    const [failing, recovered] = ['failing', 'recovered'].map(
      (eventUid) => ({ eventUid }) as NotificationEvent,
    );
    const changes = [
      change({ failingWarned: 25, events: [failing!] }),
      change({ failingSince: null, events: [recovered!] }),
    ];
    expect(mergeTransportRecords(changes)).toEqual([
      change({ failingSince: null, events: [failing!, recovered!] }),
    ]);
    const warned = change({ failingWarned: 25 });
    expect(mergeTransportRecords([warned, change({ blockedUntil: 5 })])).toEqual([
      { ...warned, blockedUntil: 5 },
    ]);
  });

  it('leaves a transport unblocked that no change blocks', () => {
    expect(mergeTransportRecords([change({}), change({})])).toEqual([change({})]);
  });
});
