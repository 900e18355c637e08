import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { InspectionList } from '../../../../lib/delivery/lanes/inspection-list.js';
import { laneTo } from '../../../support/lanes.js';

describe('InspectionList', () => {
  const scene = () => {
    const list = new InspectionList();
    const inspected: number[][] = [];
    const start = (also: () => void = () => undefined) =>
      list.start((lanes) => {
        inspected.push([...lanes].map(({ transportId }) => transportId));
        also();
      });
    return { list, inspected, start };
  };

  it('inspects each lane once for all changes of one turn of the event loop', async () => {
    const { list, inspected, start } = scene();
    const [one, two] = [laneTo('shop', 1), laneTo('shop', 2)];
    start();
    for (const lane of [one, two, one]) list.add(lane);
    await turn();
    expect(inspected).toEqual([[1, 2]]);
    list.add(two);
    await turn();
    await turn();
    expect(inspected).toEqual([[1, 2], [2]]);
  });

  it('inspects a lane again that changes during its inspection', async () => {
    const { list, inspected, start } = scene();
    const lane = laneTo('shop', 1);
    start(() => {
      if (inspected.length === 1) list.add(lane);
    });
    list.add(lane);
    await turn();
    await turn();
    await turn();
    expect(inspected).toEqual([[1], [1]]);
  });

  it('inspects nothing after it was stopped', async () => {
    const { list, inspected, start } = scene();
    start();
    list.add(laneTo('shop', 1));
    list.stop();
    await turn();
    expect(inspected).toEqual([]);
  });
});
