import { describe, expect, it } from '@jest/globals';
import type { QuotaNear, WebhookNotification } from '../../../../lib/domain/notification.js';
import { NotificationQueue } from '../../../../lib/operations/notifications/notification-queue.js';

const numbered = (used: number): QuotaNear => ({
  type: 'quotaNear',
  at: new Date(0),
  tenantUid: 'shop',
  quota: 'maxPendingDeliveriesPerTenant',
  used,
  limit: 1,
});
const numberOf = (notification: WebhookNotification): number => (notification as QuotaNear).used;

describe('NotificationQueue', () => {
  it('calls its consumer only after the code that added notifications has run, with one at a time, in order', async () => {
    const handled: number[] = [];
    let running = 0;
    const queue = new NotificationQueue(
      async (notification) => {
        expect(running++).toBe(0);
        await Promise.resolve();
        handled.push(numberOf(notification));
        running--;
      },
      () => undefined,
    );
    for (const n of [1, 2, 3]) queue.add(numbered(n));
    await Promise.resolve();
    expect(handled).toEqual([]);
    await queue.drained();
    queue.add(numbered(4));
    await queue.drained();
    expect(handled).toEqual([1, 2, 3, 4]);
  });

  it('drops the newest for a consumer that is stuck, says so once, and keeps the oldest', async () => {
    const handled: number[] = [];
    const warnings: string[] = [];
    let release!: () => void;
    const stuck = new Promise<void>((resolve) => (release = resolve));
    const queue = new NotificationQueue(
      (notification) => {
        handled.push(numberOf(notification));
        return stuck;
      },
      (message) => warnings.push(message),
    );
    for (let n = 0; n < 10_500; n++) queue.add(numbered(n));
    release();
    await queue.drained();
    expect(handled).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
    expect(warnings).toEqual([expect.stringMatching(/slower than deliveries/)]);
  });

  it('neither handles nor keeps notifications after it was closed', async () => {
    const handled: number[] = [];
    const warnings: string[] = [];
    const queue = new NotificationQueue(
      (notification) => void handled.push(numberOf(notification)),
      (message) => warnings.push(message),
    );
    queue.add(numbered(1));
    await queue.drained();
    queue.close();
    // More than the queue may keep.
    for (let n = 0; n < 10_500; n++) queue.add(numbered(2));
    await queue.drained();
    expect([handled, warnings]).toEqual([[1], []]);
  });

  it('reports what a consumer throws, also if it is no error', async () => {
    const warnings: string[] = [];
    const queue = new NotificationQueue(
      () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- A listener of the host may throw anything.
        throw 'no room';
      },
      (message) => warnings.push(message),
    );
    queue.add(numbered(1));
    await queue.drained();
    expect(warnings).toEqual(['A listener of notifications failed: no room']);
  });

  it('lets other tasks run between calls of a slow consumer', async () => {
    let others = 0;
    const timer = setInterval(() => others++, 1);
    const queue = new NotificationQueue(
      () => {
        const end = performance.now() + 5;
        while (performance.now() < end);
      },
      () => undefined,
    );
    for (let n = 0; n < 40; n++) queue.add(numbered(n));
    await queue.drained();
    clearInterval(timer);
    expect(others).toBeGreaterThan(5);
  });

  it('goes on after errors, and logs the first', async () => {
    const warnings: string[] = [];
    const handled: number[] = [];
    const queue = new NotificationQueue(
      (notification) => {
        handled.push(numberOf(notification));
        if (numberOf(notification) === 1) throw new Error('thrown');
        return Promise.reject(new Error('rejected'));
      },
      (message) => warnings.push(message),
    );
    for (const n of [1, 2, 3]) queue.add(numbered(n));
    await queue.drained();
    expect(handled).toEqual([1, 2, 3]);
    expect(warnings).toEqual(['A listener of notifications failed: thrown']);
  });
});
