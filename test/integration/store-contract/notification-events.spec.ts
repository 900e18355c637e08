import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { notificationEvent, type NotificationEvent } from '../../../lib/domain/notification-event.js';
import type { NotificationForTenant } from '../../../lib/domain/notification-event.js';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import type { TransportRecord } from '../../../lib/persistence/ports/record-store.js';
import { NotificationRepository } from '../../../lib/persistence/repositories/notification.repository.js';
import { failed, group } from '../../support/attempt-records.js';
import { eachDatabase } from '../../support/databases.js';
import { LaneFixture } from '../../support/lane-fixture.js';
import { StoreFixture } from '../../support/store-fixture.js';

const NOW = 5_000;
const AT = new Date(NOW);
const ABOUT = { at: AT, tenantUid: 'shop', httpTransportUid: 'erp' };
const SERIES = { ...ABOUT, failingSince: new Date(1_000) };
const eventOf = (notification: NotificationForTenant): NotificationEvent => notificationEvent(notification);
const FAILING = eventOf({
  type: 'transportFailing',
  ...SERIES,
  cause: 'DISABLED_SOON',
  share: 0.25,
  disabledAt: AT,
});
const RECOVERED = eventOf({ type: 'transportRecovered', ...SERIES });
const DISABLED = eventOf({ type: 'transportDisabled', ...ABOUT, reason: 'GONE' });
const EXHAUSTED = eventOf({
  type: 'deliveryExhausted',
  ...ABOUT,
  deliveryUid: 'dlv_0000000000001',
  eventUid: null,
  action: null,
  attempt: 1,
  durationMs: 1,
  responseStatusCode: 410,
  errorCode: null,
  reason: 'GONE',
});

describe('events of notifications', () => {
  eachDatabase((db) => {
    let fixture: StoreFixture;
    let lane: LaneFixture;
    let transport: HttpTransportEntity;
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

    const change = (part: Partial<TransportRecord>) =>
      fixture.stores.records.changeTransports(
        [{ transportId: transport.id, leaseToken, blockedUntil: null, consecutiveFailures: 0, ...part }],
        NOW,
      );
    const stored = async () =>
      (await fixture.rows('webhook_event'))
        .map((row) => String(row['action']))
        .filter((action) => action !== 'ORDER_SETTLED');
    const column = async (name: string) =>
      (await fixture.rowsWith('webhook_http_transport', { id: transport.id }))[0]![name];

    it.each([
      ['WEBHOOK_TRANSPORT_FAILING', 1],
      ['WEBHOOK_TRANSPORT_*', 1],
      ['WEBHOOK_*', 1],
      ['WEBHOOK_TRANSPORT_DISABLED', 0],
      ['WEBHOOK_SECRET_*', 0],
      ['*', 0],
    ])('are stored for a tenant with a webhook for %s: %i', async (action, count) => {
      await fixture.webhook(transport, { action });
      await change({ failingSince: 1_000, events: [FAILING] });
      expect(await stored()).toHaveLength(count);
      expect(await fixture.rows('webhook_outbox')).toHaveLength(count);
      expect(Number(await column('failing_since'))).toBe(1_000);
    });

    it('are not stored for other tenants, for webhooks that are disabled, or by a holder that has lost the lane', async () => {
      await fixture.webhook(transport, { action: 'WEBHOOK_*', enabled: false });
      await fixture.webhook(await fixture.transport('other'), { action: 'WEBHOOK_*' });
      await change({ events: [FAILING] });
      await fixture.webhook(transport, { action: 'WEBHOOK_*' });
      await change({ leaseToken: leaseToken - 1, events: [FAILING] });
      expect(await stored()).toEqual([]);
    });

    it('have the text, the instant and the uid of the notification, and are stored once', async () => {
      await fixture.webhook(transport, { action: 'WEBHOOK_*' });
      for (let count = 0; count < 2; count += 1) await change({ events: [FAILING] });
      const [row, ...others] = await fixture.rows('webhook_event');
      expect(others).toEqual([]);
      expect([row!['event_uid'], row!['body'], Number(row!['occurred_at'])]).toEqual([
        FAILING.eventUid,
        FAILING.body,
        NOW,
      ]);
    });

    it('report that a transport is disabled with the change that disables it', async () => {
      await fixture.webhook(transport, { action: 'WEBHOOK_*' });
      await change({ disabledReason: 'GONE', events: [DISABLED] });
      const later = { ...DISABLED, eventUid: 'ntf_later' };
      await change({ disabledReason: 'GONE', events: [later] });
      expect(await stored()).toEqual(['WEBHOOK_TRANSPORT_DISABLED']);
    });

    it('report a recovery to those to whom the failure was reported', async () => {
      await fixture.webhook(transport, { action: 'WEBHOOK_*' });
      await change({ failingSince: null, events: [RECOVERED] });
      expect(await stored()).toEqual([]);
      await change({ failingSince: 1_000, events: [FAILING] });
      await change({ failingSince: null, events: [RECOVERED] });
      expect(await stored()).toEqual(['WEBHOOK_TRANSPORT_FAILING', 'WEBHOOK_TRANSPORT_RECOVERED']);
    });

    it('keep the last warning of a series of failures, for the next holder', async () => {
      await change({ failingSince: 1_000 });
      await change({ failingWarned: 25 });
      expect(Number(await column('failing_warned'))).toBe(25);
      const transports = await fixture.stores.lanes.transports([transport.id]);
      expect(transports.get(transport.id)).toMatchObject({ failingWarned: 25 });
      await change({ failingSince: null });
      expect(Number(await column('failing_warned'))).toBe(0);
    });

    describe('about deliveries that have failed', () => {
      const end = async (action: string, part: object = {}) => {
        await fixture.queue({ action });
        const [delivery] = await fixture.due(transport);
        const attempt = failed(delivery!, 'GONE', { event: EXHAUSTED, ...part });
        return fixture.stores.records.record(group({ attempts: [attempt], now: NOW }));
      };

      it('are stored with the end, and not for a tenant without such a webhook', async () => {
        await fixture.webhook(transport);
        await end('ORDER_SETTLED');
        expect(await stored()).toEqual([]);
        await fixture.webhook(transport, { action: 'WEBHOOK_DELIVERY_EXHAUSTED' });
        await end('ORDER_SETTLED');
        expect(await stored()).toEqual(['WEBHOOK_DELIVERY_EXHAUSTED']);
        expect(await fixture.rowsWith('webhook_delivery', { status: 'FAILED' })).toHaveLength(2);
      });

      it('are not stored for deliveries of notifications, or for an attempt that is orphaned', async () => {
        await fixture.webhook(transport, { action: 'WEBHOOK_*' });
        await end('WEBHOOK_TRANSPORT_FAILING');
        await fixture.webhook(transport);
        await end('ORDER_SETTLED', { attempts: 7 });
        expect(await stored()).toEqual(['WEBHOOK_TRANSPORT_FAILING']);
        await end('ORDER_SETTLED');
        expect(await stored()).toEqual(['WEBHOOK_TRANSPORT_FAILING', 'WEBHOOK_DELIVERY_EXHAUSTED']);
      });
    });

    describe('about overlaps of secrets', () => {
      const due = (at: number | null) =>
        fixture.set('webhook_http_transport', { overlap_notice_at: at }, { id: transport.id });

      it('are due from their instant on, in pages, and stored by one of several processes', async () => {
        const repository = new NotificationRepository(fixture.database);
        await fixture.webhook(transport, { action: 'WEBHOOK_*' });
        await due(NOW);
        expect(await repository.endingOverlaps(NOW - 1, 10)).toEqual([]);
        const [overlap] = await repository.endingOverlaps(NOW, 10);
        expect(overlap).toMatchObject({
          id: transport.id,
          tenantUid: 'shop',
          noticeAt: NOW,
          signingSecrets: [],
        });
        expect(await repository.endingOverlaps(NOW, 10, overlap)).toEqual([]);
        const event = eventOf({ type: 'secretOverlapEnding', ...ABOUT, overlapEndsAt: AT });
        const ended = await Promise.all(
          Array.from({ length: 3 }, () => repository.endOverlapNotice(overlap!, event)),
        );
        expect(ended.filter(Boolean)).toHaveLength(1);
        expect(await stored()).toEqual(['WEBHOOK_SECRET_OVERLAP_ENDING']);
        expect(await repository.endingOverlaps(NOW, 10)).toEqual([]);
      });

      it('are not stored if the secret was rotated again since they were read', async () => {
        const repository = new NotificationRepository(fixture.database);
        await due(NOW);
        const [overlap] = await repository.endingOverlaps(NOW, 10);
        await due(NOW + 1);
        expect(await repository.endOverlapNotice(overlap!, null)).toBe(false);
      });
    });
  });
});
