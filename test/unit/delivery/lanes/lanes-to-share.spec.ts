import { describe, expect, it } from '@jest/globals';
import { lanesToShare } from '../../../../lib/delivery/lanes/lanes-to-share.js';
import { Lane } from '../../../../lib/delivery/lanes/lane.js';
import { claimedLane, laneConfig, NO_CIRCUIT } from '../../../support/lanes.js';

const NOW = 10_000;
/** A lane that was claimed at this time of the elapsed clock. */
const heldSince = (claimedAt: number, inFlight = 0): Lane => {
  const lane = new Lane(claimedLane(), laneConfig(), claimedAt, NO_CIRCUIT);
  lane.inFlight = inFlight;
  return lane;
};
const IDLE = { isOverloaded: false, isShort: false };
const OVERLOADED = { isOverloaded: true, isShort: false };
const SHORT = { isOverloaded: true, isShort: true };

describe('lanesToShare', () => {
  it('gives up nothing while the process can send all that it holds', () => {
    expect(lanesToShare([heldSince(0), heldSince(1)], IDLE, NOW)).toEqual([]);
  });

  it('gives up every idle lane if other lanes wait for places, those that were held longest first', () => {
    const lanes = [heldSince(50), heldSince(20), heldSince(10, 1)];
    expect(lanesToShare(lanes, SHORT, NOW)).toEqual([lanes[1], lanes[0]]);
  });

  it('gives up no lane with requests in flight for the sake of places', () => {
    expect(lanesToShare([heldSince(0, 3)], SHORT, NOW)).toEqual([]);
  });

  it('gives up at most 16 idle lanes if it is overloaded and refused no due lane', () => {
    const lanes = Array.from({ length: 20 }, (_, index) => heldSince(index));
    expect(lanesToShare(lanes, OVERLOADED, NOW)).toEqual(lanes.slice(0, 16));
  });

  it('gives up the lane that was held longest if all have requests in flight, so that processes share large lanes', () => {
    const lanes = [heldSince(200, 1), heldSince(100, 2)];
    expect(lanesToShare(lanes, OVERLOADED, NOW)).toEqual([lanes[1]]);
  });

  it('gives up no lane within a second of its claim', () => {
    expect(lanesToShare([heldSince(NOW - 999)], SHORT, NOW)).toEqual([]);
    expect(lanesToShare([heldSince(NOW - 1_000)], SHORT, NOW)).toHaveLength(1);
  });

  it('passes over lanes that are draining already', () => {
    const [draining, open] = [heldSince(0, 1), heldSince(1, 1)];
    draining.drain();
    expect(lanesToShare([draining, open], OVERLOADED, NOW)).toEqual([open]);
  });
});
