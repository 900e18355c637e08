import { describe, expect, it } from '@jest/globals';
import { HeldLanes } from '../../../../lib/delivery/lanes/held-lanes.js';
import { InspectionList } from '../../../../lib/delivery/lanes/inspection-list.js';
import type { DeliverySender } from '../../../../lib/delivery/sending/delivery-sender.js';
import { Dispatcher } from '../../../../lib/delivery/sending/dispatcher.js';
import { Slots } from '../../../../lib/delivery/sending/slots.js';
import { at, laneOf, NOW, queued, read } from '../../../support/lanes.js';

const SIZE = 4;

describe('Dispatcher', () => {
  const scene = () => {
    const recording = { backlog: 0, isStalled: false };
    const sent: number[] = [];
    const ends: (() => void)[] = [];
    const sender: Pick<DeliverySender, 'send'> = {
      send: (_lane, { deliveryId }, settled) => {
        sent.push(deliveryId);
        ends.push(settled);
      },
    };
    const dispatcher = new Dispatcher(
      new Slots(SIZE, SIZE),
      sender as DeliverySender,
      recording,
      new HeldLanes(SIZE),
      new InspectionList(),
      { now: () => NOW, elapsed: () => 0 },
    );
    const lane = laneOf({ maxConcurrency: 2 * SIZE });
    read(
      lane,
      [1, 2, 3, 4].map((id) => queued(id)),
    );
    dispatcher.schedule(lane, at(0));
    return { dispatcher, recording, lane, sent, end: () => ends.splice(0).forEach((settled) => settled()) };
  };

  it('starts nothing while as many outcomes as there are slots wait to be recorded', () => {
    const { dispatcher, recording, sent } = scene();
    recording.backlog = SIZE;
    dispatcher.dispatch();
    expect(sent).toEqual([]);
    recording.backlog = SIZE - 1;
    dispatcher.dispatch();
    expect(sent).not.toEqual([]);
  });

  it('sends a single delivery if recording is stalled, to find out whether it works again', () => {
    const { dispatcher, recording, sent, end } = scene();
    Object.assign(recording, { backlog: SIZE, isStalled: true });
    dispatcher.dispatch();
    expect(sent).toEqual([1]);
    end();
    // The next one only after a second.
    dispatcher.dispatch();
    expect(sent).toEqual([1]);
  });

  it('starts nothing for a lane that may not send any more when it gets a slot', () => {
    const { dispatcher, lane, sent } = scene();
    lane.close();
    dispatcher.dispatch();
    expect(sent).toEqual([]);
  });
});
