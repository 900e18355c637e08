import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Scene } from './support/scene.js';
import { sized, sleep } from './support/sizes.js';

const { heldMs } = sized({ heldMs: 2_000 }, { heldMs: 60_000 });
const WORKERS = 2;
const ORDERED = 0;
const UNORDERED = 1;
const OTHER_TENANT = 2;
const EVERY_MS = 50;
/** How late an event that nothing holds up may be on a busy machine, in ms. */
const IN_TIME_MS = 1_500;

let scene: Scene;
afterEach(() => scene.close());

it(
  'a transaction that stays open while later ones commit delays its own event and no other',
  async () => {
    scene = await Scene.open({ receivers: 3, webhooks: { pollMs: 100 } });
    await scene.route({ tenantUid: 'shop', receiver: ORDERED, ordered: true });
    await scene.route({ tenantUid: 'shop', receiver: UNORDERED });
    await scene.route({ tenantUid: 'other', receiver: OTHER_TENANT });
    await scene.startWorkers(WORKERS);
    const { arrivals } = scene.receivers;

    /** For each event, when it was committed, and the receivers at which it must arrive. */
    const committed = new Map<string, { at: number; receivers: readonly number[] }>();
    let heldUid = '';
    let commit = (): void => undefined;
    const mayCommit = new Promise<void>((resolve) => (commit = resolve));
    const holding = scene.host.dataSource.transaction(async (manager) => {
      const options = { tenantUid: 'shop', orderingKey: 'key', manager };
      heldUid = (await scene.host.emitter.emit('ORDER_SETTLED', { order: { Uid: '1' } }, options)).eventUid;
      await mayCommit;
    });
    await eventually(() => heldUid !== '');
    const holdUntil = performance.now() + heldMs;
    while (performance.now() < holdUntil) {
      // This event has the same key. It does not wait either, because no event waits for one that is not committed.
      committed.set(await scene.emit('shop', 'key'), { at: Date.now(), receivers: [ORDERED, UNORDERED] });
      committed.set(await scene.emit('other'), { at: Date.now(), receivers: [OTHER_TENANT] });
      await sleep(EVERY_MS);
    }
    commit();
    await holding;
    committed.set(heldUid, { at: Date.now(), receivers: [ORDERED, UNORDERED] });
    const expected = [...committed.values()].reduce((sum, { receivers }) => sum + receivers.length, 0);
    await eventually(() => arrivals.length === expected, { what: `${expected} arrivals` });

    const late = arrivals.filter(({ eventUid, at }) => at - committed.get(eventUid)!.at > IN_TIME_MS);
    expect(late).toEqual([]);
    // The held event has the lowest sequence number of all, and was delivered although it was committed last.
    const sequenceOf = ({ headers }: { headers: Readonly<Record<string, string>> }) =>
      Number(headers['x-webhook-sequence']);
    const ofHeld = arrivals.filter(({ eventUid }) => eventUid === heldUid);
    expect(ofHeld.map(({ receiver }) => receiver).sort()).toEqual([ORDERED, UNORDERED]);
    const others = arrivals.filter(({ eventUid }) => eventUid !== heldUid);
    expect(sequenceOf(ofHeld[0]!)).toBeLessThan(Math.min(...others.map(sequenceOf)));
  },
  sized(30_000, 120_000),
);
