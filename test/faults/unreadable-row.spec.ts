import { randomBytes } from 'node:crypto';
import { afterEach, describe, it } from '@jest/globals';
import { damageValue } from './support/damaged-value.js';
import { expectAtMost, expectEachOnce, worst } from './support/figures.js';
import { keyOf } from './support/receivers.js';
import { RecordWatch } from './support/record-watch.js';
import { Scene } from './support/scene.js';
import { onThisMachine, sized, sleep } from './support/sizes.js';

const { observedMs } = sized({ observedMs: 3_000 }, { observedMs: 30_000 });
const TENANTS = 10;
const EVENTS = 20;
/** The tenant of the damaged row, and its second transport. */
const VICTIM = 'tenant-0';
const SECOND_RECEIVER = TENANTS;
/** Maximum time from the start of a process that finds a backlog to the last arrival, also on a busy machine. */
const ARRIVED_WITHIN_MS = 2_000;
const PROMISED_RECORD_MS = 1_000;
/** More than a row holds, and it cannot be compressed: PostgreSQL stores it out of line. */
const large = (): string => randomBytes(3_000).toString('base64').slice(0, 4_000);
const WHENS = ['before its events are fanned out', 'between fan-out and delivery'] as const;

let scene: Scene;
afterEach(() => scene.close());

describe.each(WHENS)('a row that PostgreSQL cannot read, damaged %s,', (when) => {
  const open = async (): Promise<void> => {
    scene = await Scene.open({ receivers: TENANTS + 1, webhooks: {} });
    const headers = [1, 2, 3].map((n) => ({ key: `x-large-${n}`, value: large() }));
    await scene.routeAll([
      ...Array.from({ length: TENANTS }, (_, n) => ({ tenantUid: `tenant-${n}`, receiver: n })),
      { tenantUid: VICTIM, receiver: SECOND_RECEIVER, transport: { headers } },
    ]);
  };

  /** @returns keys of all deliveries but those that the damaged row concerns */
  const emitAll = async (): Promise<{ damaged: string; keys: string[] }> => {
    const keys: string[] = [];
    let damaged = '';
    for (let n = 0; n < EVENTS; n += 1) {
      for (let tenant = 0; tenant < TENANTS; tenant += 1) {
        const isDamaged = tenant === 0 && n === EVENTS / 2;
        const more = isDamaged ? { note: large() + large() } : {};
        const uid = await scene.emit(`tenant-${tenant}`, undefined, more);
        if (isDamaged) damaged = uid;
        keys.push(`${tenant}/${uid}`);
        if (tenant === 0) keys.push(`${SECOND_RECEIVER}/${uid}`);
      }
    }
    return { damaged, keys };
  };

  const check = async (
    damage: (damagedEvent: string) => Promise<void>,
    isHeldBack: (key: string, damagedEvent: string) => boolean,
  ): Promise<void> => {
    await open();
    let emitted = { damaged: '', keys: [] as string[] };
    const emit = async () => (emitted = await emitAll());
    if (when === 'between fan-out and delivery') await scene.fanOutOnly((TENANTS + 1) * EVENTS, emit);
    else await emit();
    const { damaged, keys } = emitted;
    await damage(damaged);

    const watch = new RecordWatch(scene.host.dataSource);
    await scene.startWorker();
    const startedAt = Date.now();
    await sleep(observedMs);
    const { arrivals } = scene.receivers;
    const recordsLate = watch.latenessOf(arrivals);
    await watch.stop();
    const later = `1/${await scene.emit('tenant-1')}`;
    await sleep(ARRIVED_WITHIN_MS);

    const expected = [...keys.filter((key) => !isHeldBack(key, damaged)), later];
    expectEachOnce(arrivals.map(keyOf), expected);
    const arrivedMs = arrivals.filter((arrival) => keyOf(arrival) !== later).map(({ at }) => at - startedAt);
    expectAtMost({
      'last arrival of the backlog, ms': [worst(arrivedMs), onThisMachine(ARRIVED_WITHIN_MS)],
      'records, ms late': [worst(recordsLate), onThisMachine(PROMISED_RECORD_MS)],
    });
  };

  it(
    'the body of an event: holds back that event only',
    () =>
      check(
        (uid) => damageValue(scene.database.url, 'webhook_event', 'body', `event_uid = '${uid}'`),
        (key, uid) => key.endsWith(uid),
      ),
    sized(40_000, 90_000),
  );

  it(
    'the headers of a transport: holds back that transport only',
    () =>
      check(
        () =>
          damageValue(
            scene.database.url,
            'webhook_http_transport',
            'headers',
            `http_transport_uid = '${SECOND_RECEIVER}'`,
          ),
        (key) => key.startsWith(`${SECOND_RECEIVER}/`),
      ),
    sized(40_000, 90_000),
  );
});
