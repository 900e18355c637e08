import { DurationCounter, type Histogram } from '../../../lib/domain/histogram.js';
import { HOUR_MS, MINUTE_MS, NOW } from './shop-data.js';

/** Counts of an hour. */
export interface ShopHour {
  /** ms since the epoch */
  readonly start: number;
  readonly delivered: number;
  readonly failed: number;
  readonly retried: number;
  readonly missed: number;
  readonly attempts: Histogram;
  readonly deliveries: Histogram;
}

/** Customers by hour of the day in UTC, from 0: the shops are open from 6 to 21 in Oslo. */
const CUSTOMERS = [
  0, 0, 0, 0, 6, 48, 130, 171, 122, 98, 141, 160, 118, 92, 101, 133, 149, 88, 37, 5, 0, 0, 0, 0,
];
const HOURS = 25;

/**
 * The hours of the last day, oldest first.
 *
 * @param share part of the shop's traffic
 * @param failingFrom ms since the epoch: in hours that end later, `failingShare` of the deliveries fail
 */
export const hoursOf = (share: number, failingFrom = NOW, failingShare = 0): readonly ShopHour[] =>
  Array.from({ length: HOURS }, (_, index) => {
    const start = (Math.floor(NOW / HOUR_MS) - (HOURS - 1 - index)) * HOUR_MS;
    const customers = CUSTOMERS[new Date(start).getUTCHours()]!;
    const elapsed = Math.min(1, (NOW - start) / HOUR_MS);
    const all = Math.round(customers * 4 * share * elapsed);
    const failed = Math.floor(all * (start + HOUR_MS > failingFrom ? failingShare : 0.004));
    const [attempts, deliveries] = [new DurationCounter(), new DurationCounter()];
    for (let one = 0; one < all; one += 1) {
      const durationMs = 35 + ((one * 53 + index * 7) % 180) + (one % 41 === 0 ? 900 : 0);
      attempts.add(durationMs);
      deliveries.add(durationMs + 20 + (one % 53 === 0 ? 900 + index * 40 : 0));
    }
    return {
      start,
      delivered: all - failed,
      failed,
      retried: Math.round(all * 0.03) + failed,
      missed: index > 20 ? Math.round(all * 0.01) : 0,
      attempts: attempts.histogram,
      deliveries: deliveries.histogram,
    };
  });

/** Jobs that send deliveries again, oldest first: columns of their rows. */
export const RECOVERIES = [
  {
    http_transport_uid: 'accounting',
    kind: 'RECOVER',
    state: 'DONE',
    since_at: NOW - 50 * HOUR_MS,
    until_at: NOW - 48 * HOUR_MS,
    found: 214,
    requeued: 209,
    skipped: 5,
    created_at: NOW - 48 * HOUR_MS,
    finished_at: NOW - 48 * HOUR_MS + MINUTE_MS,
  },
  {
    http_transport_uid: 'web-shop',
    kind: 'REPLAY',
    state: 'CANCELLED',
    since_at: NOW - 30 * HOUR_MS,
    until_at: NOW - 26 * HOUR_MS,
    found: 1_180,
    created: 300,
    created_at: NOW - 26 * HOUR_MS,
    finished_at: NOW - 26 * HOUR_MS + MINUTE_MS,
  },
  {
    http_transport_uid: 'loyalty',
    kind: 'RECOVER',
    state: 'RUNNING',
    phase: 'ENQUEUE',
    since_at: NOW - 4 * HOUR_MS,
    until_at: NOW - MINUTE_MS,
    found: 860,
    requeued: 525,
    created_at: NOW - MINUTE_MS,
    started_at: NOW - MINUTE_MS,
  },
] as const;

const change = (field: string, from: unknown, to: unknown) => ({ field, from, to });

/** Entries of the audit, oldest first. */
export const CHANGES = [
  { minutesAgo: 57_000, actor: 'back-office:12', kind: 'TRANSPORT_CREATED', uid: 'kitchen', changes: [] },
  { minutesAgo: 2_880, actor: 'back-office:12', kind: 'RECOVERY_STARTED', uid: 'accounting', changes: [] },
  { minutesAgo: 1_500, actor: 'back-office:7', kind: 'SECRET_ROTATED', uid: 'loyalty', changes: [] },
  {
    minutesAgo: 340,
    actor: 'system',
    kind: 'TRANSPORT_DISABLED',
    uid: 'old-till',
    changes: [change('state', 'ACTIVE', 'DISABLED')],
  },
  {
    minutesAgo: 95,
    actor: 'back-office:7',
    kind: 'TRANSPORT_PAUSED',
    uid: 'sales-analytics',
    changes: [change('state', 'ACTIVE', 'PAUSED')],
  },
  {
    minutesAgo: 12,
    actor: 'portal:7d1f',
    kind: 'TRANSPORT_CHANGED',
    uid: 'kitchen',
    changes: [
      change('url', 'https://kitchen.example.com/v1', 'https://kitchen.example.com/orders'),
      change('timeoutMs', null, 5_000),
    ],
  },
  { minutesAgo: 1, actor: 'back-office:7', kind: 'RECOVERY_STARTED', uid: 'loyalty', changes: [] },
] as const;
