import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import type { TransportRecord } from '../../../lib/persistence/ports/record-store.js';
import { eachDatabase } from '../../support/databases.js';
import { LaneFixture } from '../../support/lane-fixture.js';
import { StoreFixture } from '../../support/store-fixture.js';

const NOW = 5_000;

describe('RecordStore, changing transports,', () => {
  eachDatabase((db) => {
    let fixture: StoreFixture;
    let lane: LaneFixture;
    let transport: HttpTransportEntity;
    /** The lane's fencing token. */
    let leaseToken: number;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
      lane = new LaneFixture(fixture);
    });
    beforeEach(async () => {
      await fixture.empty();
      transport = await lane.due();
      leaseToken = (await lane.claim())[0]!.leaseToken;
    });
    afterAll(() => fixture.close());

    const changed = (part: Partial<TransportRecord>): TransportRecord => ({
      transportId: transport.id,
      leaseToken,
      blockedUntil: null,
      consecutiveFailures: 0,
      ...part,
    });
    const change = (...parts: Partial<TransportRecord>[]) =>
      fixture.stores.records.changeTransports(parts.map(changed), NOW);
    const stored = async () => (await fixture.rowsWith('webhook_http_transport', { id: transport.id }))[0]!;
    const isSuspended = async () => Boolean((await lane.row(transport))['suspended']);

    it('disables with the reason, once, suspends the lane, and lets holders notice', async () => {
      const { version } = await stored();
      const leaseEnd = (await lane.row(transport))['due_at'];
      expect(await change({ disabledReason: 'GONE' })).toEqual(new Set());
      expect(await stored()).toMatchObject({
        state: 'DISABLED',
        disabled_reason: 'GONE',
        version: Number(version) + 1,
        last_modified_at: NOW,
      });
      expect(await isSuspended()).toBe(true);
      expect(await lane.row(transport)).toMatchObject({ holder: 'me', due_at: leaseEnd });
      await change({ disabledReason: 'FAILING' });
      expect(await stored()).toMatchObject({ disabled_reason: 'GONE', version: Number(version) + 1 });
    });

    it('removes the due date of a lane that was released before its transport is disabled', async () => {
      await lane.release({ transportId: transport.id, leaseToken }, { dueAt: 1 });
      await change({ disabledReason: 'GONE' });
      expect(await isSuspended()).toBe(true);
      expect(await lane.row(transport)).toMatchObject({ holder: null, due_at: null });
      expect(await lane.dueIds()).toEqual([]);
    });

    it('writes when failing began and that it ended, without a new version', async () => {
      const { version, last_modified_at } = await stored();
      await change({ failingSince: 1_234 });
      expect(await stored()).toMatchObject({
        failing_since: 1_234,
        version,
        last_modified_at,
        state: 'ACTIVE',
      });
      await change({ blockedUntil: 1 });
      expect(await stored()).toMatchObject({ failing_since: 1_234 });
      await change({ failingSince: null });
      expect(await stored()).toMatchObject({ failing_since: null, version });
      expect(await isSuspended()).toBe(false);
    });

    it('blocks the lane until the latest date that was asked for', async () => {
      await change({ blockedUntil: 9_000, consecutiveFailures: 3 });
      expect(await lane.row(transport)).toMatchObject({ blocked_until: 9_000, consecutive_failures: 3 });
      await change({ blockedUntil: 7_000, consecutiveFailures: 4 });
      expect(await lane.row(transport)).toMatchObject({ blocked_until: 9_000, consecutive_failures: 4 });
      await change({ failingSince: 1, consecutiveFailures: 9 });
      expect(await lane.row(transport)).toMatchObject({ blocked_until: 9_000, consecutive_failures: 4 });
    });

    it('makes a released lane due no earlier than the end of its block, and an idle one not at all', async () => {
      await lane.release({ transportId: transport.id, leaseToken }, { dueAt: 1 });
      await change({ blockedUntil: 9_000 });
      expect(await lane.row(transport)).toMatchObject({ due_at: 9_000 });
      await change({ blockedUntil: 8_000 });
      expect(await lane.row(transport)).toMatchObject({ due_at: 9_000 });
      await lane.set(transport, { due_at: null });
      await change({ blockedUntil: 9_500 });
      expect(await lane.row(transport)).toMatchObject({ due_at: null, blocked_until: 9_500 });
    });

    it('changes nothing of a lane that somebody else has claimed since', async () => {
      const before = [await stored(), await lane.row(transport)];
      const stale = {
        leaseToken: leaseToken - 1,
        blockedUntil: 9_000,
        failingSince: 1,
        disabledReason: 'GONE',
      };
      expect(await change(stale)).toEqual(new Set());
      expect([await stored(), await lane.row(transport)]).toEqual(before);
    });

    it('changes many transports at once, each in its own way', async () => {
      const other = await lane.due();
      await lane.claim(other);
      const gone = { transportId: 987_654, disabledReason: 'GONE' };
      await change({ transportId: other.id, failingSince: 7 }, gone, { blockedUntil: 9_000 });
      expect(await lane.row(transport)).toMatchObject({ blocked_until: 9_000 });
      expect(await lane.row(other)).toMatchObject({ blocked_until: 0 });
      expect(await stored()).toMatchObject({ failing_since: null });
      expect(await fixture.rowsWith('webhook_http_transport', { id: other.id })).toMatchObject([
        { failing_since: 7, state: 'ACTIVE' },
      ]);
    });

    it('ignores changes of a transport that was deleted', async () => {
      await fixture.removeTransport(transport);
      const news = { blockedUntil: 9_000, failingSince: 1, disabledReason: 'GONE' };
      expect(await change(news)).toEqual(new Set());
      expect(await fixture.rows('webhook_lane')).toEqual([]);
    });
  });
});
