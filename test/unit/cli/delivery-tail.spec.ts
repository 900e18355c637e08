import { describe, expect, it } from '@jest/globals';
import type { WebhookDelivery, WebhookDeliveryList } from 'nestjs-tillhook';
import { DeliveryTail } from '../../../lib/cli/deliveries/delivery-tail.js';
import { deliveryUidOf } from '../../../lib/domain/uid.js';

const delivery = (id: number, status = 'PENDING', attempts = 0): WebhookDelivery =>
  ({ deliveryUid: deliveryUidOf(id), status, attempts }) as WebhookDelivery;

/** Deliveries with the ids from `first` down to `last`. */
const range = (first: number, last: number): WebhookDelivery[] =>
  Array.from({ length: first - last + 1 }, (_, index) => delivery(first - index));

/** Pages of a log, newest first. */
const pagesOf =
  (log: readonly WebhookDelivery[]) =>
  ({ pageSize, cursor }: { pageSize: number; cursor?: string }): Promise<WebhookDeliveryList> => {
    const from = Number(cursor ?? 0);
    const nextCursor = from + pageSize < log.length ? String(from + pageSize) : null;
    return Promise.resolve({ items: log.slice(from, from + pageSize), paging: { pageSize, nextCursor } });
  };

const uids = (deliveries: readonly WebhookDelivery[]): string[] =>
  deliveries.map(({ deliveryUid }) => deliveryUid);

describe('the tail of the delivery log', () => {
  it('returns new deliveries and those whose status or number of attempts has changed, oldest first', async () => {
    const tail = new DeliveryTail(range(3, 1));
    const log = [delivery(5), delivery(4), delivery(3), delivery(2, 'PENDING', 1), delivery(1, 'DELIVERED')];
    expect(uids((await tail.next(pagesOf(log))).changed)).toEqual(
      uids([...log].reverse().filter((_, n) => n !== 2)),
    );
    expect((await tail.next(pagesOf(log))).changed).toEqual([]);
  });

  it('returns a delivery that commits after one with a higher number', async () => {
    const tail = new DeliveryTail([delivery(9)]);
    const { changed } = await tail.next(pagesOf([delivery(9), delivery(8)]));
    expect(uids(changed)).toEqual([deliveryUidOf(8)]);
  });

  it('reads pages until one contains a known delivery, at most ten, and says whether it has read all new deliveries', async () => {
    const tail = new DeliveryTail(range(100, 1));
    const first = await tail.next(pagesOf(range(450, 1)));
    expect([first.changed.length, first.isComplete]).toEqual([350, true]);
    const second = await tail.next(pagesOf(range(2_000, 1)));
    expect([second.changed.length, second.isComplete]).toEqual([1_000, false]);
  });
});
