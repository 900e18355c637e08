import { afterEach, describe, expect, it } from '@jest/globals';
import type { TransportRecord } from '../../../../lib/persistence/ports/record-store.js';
import { eventually } from '../../../support/eventually.js';
import { refusal } from '../../../support/keeping-record-store.js';
import { RecorderScene } from '../../../support/recorder-scene.js';

const change = (part: Partial<TransportRecord>): TransportRecord => ({
  transportId: 1,
  leaseToken: 1,
  blockedUntil: null,
  consecutiveFailures: 0,
  ...part,
});

describe('Recorder, changing transports,', () => {
  afterEach(() => RecorderScene.stopAll());
  it('changes them after the attempts, one change of each', async () => {
    const scene = new RecorderScene();
    scene.add(1, { transport: change({ failingSince: 1_000, consecutiveFailures: 1 }) });
    scene.add(2, { transport: change({ blockedUntil: 7_000, consecutiveFailures: 2 }) });
    scene.add(3, { transport: change({ transportId: 2, failingSince: null }) });
    await eventually(() => scene.written.length === 3);
    expect(scene.store.calls).toEqual(['record', 'changeTransports']);
    expect(scene.store.changes).toEqual([
      [
        change({ failingSince: 1_000, blockedUntil: 7_000, consecutiveFailures: 2 }),
        change({ transportId: 2, failingSince: null }),
      ],
    ]);
  });

  it('changes nothing because of an attempt that is orphaned', async () => {
    const scene = new RecorderScene();
    scene.store.orphaned = new Set([1]);
    scene.add(1, { transport: change({ blockedUntil: 9_000 }) });
    await eventually(() => scene.written.length === 1);
    scene.add(2, { transport: change({ consecutiveFailures: 3 }) });
    await eventually(() => scene.written.length === 2);
    expect(scene.store.changes).toEqual([[change({ consecutiveFailures: 3 })]]);
  });

  it('delays only the entries of a transport that somebody has locked, and does not record their attempt again', async () => {
    const scene = new RecorderScene();
    scene.store.lockedTransports = new Set([1]);
    scene.add(1, { transport: change({ failingSince: 1_000 }) });
    scene.add(2, { transport: change({ transportId: 2, failingSince: 1_000 }) });
    scene.add(3);
    await eventually(() => scene.written.length === 2);
    expect([scene.aside, [...scene.written].sort(), scene.recorder.isUnrecorded(1)]).toEqual([
      [1],
      [2, 3],
      true,
    ]);
    scene.store.lockedTransports = new Set();
    await eventually(() => scene.written.length === 3);
    expect(scene.store.deliveries).toEqual([1, 2, 3]);
    expect(scene.store.changes.at(-1)).toEqual([change({ failingSince: 1_000 })]);
  });

  it('delays only the entries that change something if the database refuses a change, and then tries each apart', async () => {
    const scene = new RecorderScene();
    scene.store.failChange = (changes) =>
      changes.some(({ transportId }) => transportId === 1) ? refusal() : undefined;
    scene.add(1, { transport: change({}) });
    scene.add(2, { transport: change({ transportId: 2 }) });
    scene.add(3);
    await eventually(() => scene.aside.length === 2);
    expect([scene.written, scene.aside]).toEqual([[3], [1, 2]]);
    await eventually(() => scene.written.length === 2);
    expect(scene.written).toEqual([3, 2]);
    scene.store.failChange = () => undefined;
    await eventually(() => scene.written.length === 3);
  });

  it('never writes an earlier change of a transport after a later one', async () => {
    const scene = new RecorderScene();
    scene.store.lockedTransports = new Set([1]);
    scene.add(1, { transport: change({ failingSince: 1_000, blockedUntil: 9_000, consecutiveFailures: 1 }) });
    await eventually(() => scene.aside.length === 1);
    scene.store.lockedTransports = new Set();
    scene.add(2, { transport: change({ failingSince: null }) });
    await eventually(() => scene.written.length === 2);
    expect(scene.store.changes.flat()).toEqual([change({ failingSince: null, blockedUntil: 9_000 })]);
  });

  it('never writes the change of an attempt that was set aside, if a later change was written meanwhile', async () => {
    const scene = new RecorderScene();
    scene.store.locked = new Set([1]);
    scene.add(1, { transport: change({ failingSince: 1_000, consecutiveFailures: 1 }) });
    await eventually(() => scene.aside.length === 1);
    scene.add(2, { transport: change({ failingSince: null }) });
    await eventually(() => scene.written.length === 1);
    scene.store.locked = new Set();
    await eventually(() => scene.written.length === 2);
    expect(scene.store.changes.flat()).toEqual([change({ failingSince: null })]);
  });
});
