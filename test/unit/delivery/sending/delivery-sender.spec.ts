import { describe, expect, it } from '@jest/globals';
import { EventLoader } from '../../../../lib/delivery/bodies/event-loader.js';
import { InspectionList } from '../../../../lib/delivery/lanes/inspection-list.js';
import type { LaneRenewals } from '../../../../lib/delivery/lanes/lane-renewals.js';
import type { DeliveryRecorder } from '../../../../lib/delivery/recording/delivery-recorder.js';
import {
  DeliverySender,
  type DeliverySenderOptions,
} from '../../../../lib/delivery/sending/delivery-sender.js';
import { laneOf, NOW, read, rows } from '../../../support/lanes.js';
import { refusal } from '../../../support/keeping-record-store.js';

describe('A delivery in quarantine mode whose body cannot be read', () => {
  it('is postponed and not noted, so that a later crash does not count as its attempt', async () => {
    const lane = laneOf({}, { crashes: 2 });
    read(lane, rows(1));
    const delivery = lane.next(NOW);
    expect(lane.mustNote(delivery)).toBe(true);
    const calls: string[] = [];
    const bodies = new EventLoader({ contents: () => Promise.reject(refusal()) });
    const sender = new DeliverySender(
      { note: async () => void calls.push('note') },
      bodies,
      {} as LaneRenewals,
      { postpone: () => void calls.push('postpone') } as unknown as DeliveryRecorder,
      new InspectionList(),
      { context: { now: () => NOW }, log: { warn: () => undefined } } as unknown as DeliverySenderOptions,
    );
    await new Promise<void>((resolve) => sender.send(lane, delivery, resolve));
    expect(calls).toEqual(['postpone']);
  });
});
