import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  MOST_DELIVERIES,
  MOST_EVENTS,
  MOST_LANES,
  MOST_TENANTS,
} from '../../../lib/persistence/ports/backlog-store.js';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import { eachDatabase } from '../../support/databases.js';
import { turnsDuring } from '../../support/event-loop-turns.js';
import { LaneFixture } from '../../support/lane-fixture.js';
import { seedBacklog } from '../../support/seed-deliveries.js';
import { StoreFixture, type Row } from '../../support/store-fixture.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Maximum time of a step of a test, in ms. */
const SLACK_MS = 10_000;
const NOTHING = {
  events: { value: 0, isAtLeast: false },
  oldestEventMs: null,
  due: { value: 0, isAtLeast: false },
  oldestDueMs: null,
  unclaimedMs: null,
};

function expectAge(actual: number | null, expected: number): void {
  expect(actual).not.toBeNull();
  expect(actual! - expected).toBeGreaterThanOrEqual(-1_000);
  expect(actual! - expected).toBeLessThan(SLACK_MS);
}

describe('BacklogStore', () => {
  eachDatabase((db, kind) => {
    let fixture: StoreFixture;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
    });
    beforeEach(() => fixture.empty());
    afterAll(() => fixture.close());

    const measure = () => fixture.stores.backlog.measure();
    const lanes = () => new LaneFixture(fixture);
    const ago = (ms: number): number => fixture.database.now() - ms;

    let tenants = 0;
    /** A transport with a delivery and a lane that have both been due for `ms`. */
    async function dueFor(ms: number, lane: Row = {}): Promise<HttpTransportEntity> {
      const tenantUid = `tenant-${(tenants += 1)}`;
      const transport = await fixture.transport(tenantUid);
      await fixture.webhook(transport);
      await fixture.queue({ tenantUid });
      await fixture.set('webhook_queue', { due_at: ago(ms) }, { transport_id: transport.id });
      await lanes().set(transport, { due_at: ago(ms), ...lane });
      return transport;
    }

    it('finds nothing in empty tables', async () => {
      await fixture.webhook(await fixture.transport());
      expect(await measure()).toEqual(NOTHING);
    });

    it('measures the oldest event that is not fanned out, over all tenants', async () => {
      const [first] = await fixture.emit({ tenantUid: 'cafe' }, { tenantUid: 'shop' }, { tenantUid: 'bar' });
      await fixture.set('webhook_event', { created_at: ago(HOUR_MS) }, { id: first! });
      const { events, oldestEventMs } = await measure();
      expect(events).toEqual({ value: 3, isAtLeast: false });
      expectAge(oldestEventMs, HOUR_MS);
    });

    it('measures the lane that has waited longest for a process, and the oldest due delivery', async () => {
      await dueFor(MINUTE_MS);
      await dueFor(HOUR_MS);
      const { due, oldestDueMs, unclaimedMs } = await measure();
      expect(due).toEqual({ value: 2, isAtLeast: false });
      expectAge(oldestDueMs, HOUR_MS);
      expectAge(unclaimedMs, HOUR_MS);
    });

    it('counts the deliveries of a held lane as due, and not as unclaimed', async () => {
      const transport = await dueFor(HOUR_MS);
      await lanes().claim(transport);
      const { due, oldestDueMs, unclaimedMs } = await measure();
      expect(due.value).toBe(1);
      expectAge(oldestDueMs, HOUR_MS);
      expect(unclaimedMs).toBeNull();
    });

    it('counts a lane as unclaimed from the end of the lease of a holder that has crashed', async () => {
      const transport = await dueFor(HOUR_MS);
      await lanes().claim(transport);
      await lanes().set(transport, { due_at: ago(MINUTE_MS), lease_until: ago(MINUTE_MS) });
      expectAge((await measure()).unclaimedMs, MINUTE_MS);
    });

    it.each<[string, Row]>([
      ['paused or disabled', { suspended: true, due_at: null }],
      ['paused while its holder crashed', { suspended: true }],
      ['blocked', { due_at: Date.now() + HOUR_MS }],
    ])('leaves out a transport that is %s', async (_state, lane) => {
      await dueFor(HOUR_MS, lane);
      expect(await measure()).toEqual(NOTHING);
    });

    it('leaves out retries that are not due yet, parked deliveries, and a due lane without deliveries', async () => {
      const later = await dueFor(HOUR_MS);
      const parked = await dueFor(HOUR_MS);
      const set = (transport: HttpTransportEntity, dueAt: number) =>
        fixture.set('webhook_queue', { due_at: dueAt }, { transport_id: transport.id });
      await set(later, fixture.database.now() + HOUR_MS);
      await set(parked, 8_640_000_000_000_000);
      await lanes().due(HOUR_MS);
      expect(await measure()).toEqual(NOTHING);
    });

    it('counts a delivery from its own date if its lane became due earlier', async () => {
      const transport = await dueFor(MINUTE_MS);
      await lanes().set(transport, { due_at: ago(HOUR_MS) });
      expectAge((await measure()).unclaimedMs, MINUTE_MS);
    });

    it('counts exactly below the bounds of lanes and tenants, and says that there are more above them', async () => {
      for (let count = 0; count < MOST_TENANTS + 1; count++) await dueFor(MINUTE_MS);
      await fixture.emit(
        ...Array.from({ length: MOST_TENANTS + 1 }, (_, index) => ({ tenantUid: `t${index}` })),
      );
      expect(await measure()).toMatchObject({
        events: { value: MOST_TENANTS + 1, isAtLeast: false },
        due: { value: MOST_TENANTS + 1, isAtLeast: false },
      });
      for (let count = MOST_TENANTS + 1; count < MOST_LANES; count++) await dueFor(MINUTE_MS);
      expect((await measure()).due).toEqual({ value: MOST_LANES, isAtLeast: true });
    });

    it('stops at the bound, costs the same however long the backlog is, and lets the event loop go on', async () => {
      const transport = await fixture.transport();
      const place = { tenantUid: 'shop', httpTransportUid: transport.httpTransportUid };
      const took: number[] = [];
      for (const count of [MOST_DELIVERIES, 10 * MOST_DELIVERIES]) {
        await fixture.query(`DELETE FROM ${fixture.database.table('webhook_event')}`);
        await fixture.query(`DELETE FROM ${fixture.database.table('webhook_queue')}`);
        await fixture.query(`DELETE FROM ${fixture.database.table('webhook_outbox')}`);
        await seedBacklog(fixture.database.dataSource, { ...place, count });
        await lanes().set(transport, { due_at: ago(MINUTE_MS) });
        expect(await measure()).toMatchObject({
          events: { value: MOST_EVENTS, isAtLeast: true },
          due: { value: MOST_DELIVERIES, isAtLeast: true },
        });
        took.push(await fastest(measure));
      }
      expect(took[1]! / took[0]!).toBeLessThan(3);
      expect(took[1]!).toBeLessThan(15);
      if (kind === 'sqlite') expect(await turnsDuring(measure)).toBeGreaterThanOrEqual(3);
    });
  });
});

/** The time of the fastest of several runs, in ms, so that other work on the machine does not count. */
async function fastest(run: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let count = 0; count < 20; count++) {
    const startedAt = performance.now();
    await run();
    least = Math.min(least, performance.now() - startedAt);
  }
  return least;
}
