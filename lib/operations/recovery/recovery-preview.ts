import { setImmediate as turn } from 'node:timers/promises';
import type { DeliveryStatus } from '../../domain/delivery-status.js';
import { completeFrom, type RecoveryCriteria } from '../../domain/recovery.js';
import type { RetentionPeriods } from '../../domain/retention.js';
import type { DeliveryStore } from '../../persistence/ports/delivery-store.js';
import type { RecoveryStore } from '../../persistence/ports/recovery-store.js';
import type { RecoveredTransport } from '../../persistence/ports/recovery-job.js';
import { eventBounds } from './event-bounds.js';
import { matchEvents, type ReplayWebhook } from './match-events.js';
import { SCANNED_AT_ONCE } from './recovery-context.js';
import { matchesDelivery, recoverBounds } from './recover-range.js';

/** Where counting stops: deliveries counted, rows read, and time in ms. */
const MOST_COUNTED = 10_000;
const MOST_SCANNED = 200_000;
const LONGEST_MS = 3_000;
const MOST_SAMPLES = 10;

/** A delivery that a recovery or replay would send. */
export interface PreviewedDelivery {
  readonly eventUid: string;
  readonly action: string;
  /** Null: the delivery does not exist yet. */
  readonly deliveryId: number | null;
  /** Null: the delivery does not exist yet. */
  readonly status: DeliveryStatus | null;
  /** RECOVER: when the delivery was created. REPLAY: when the event was emitted. Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Result of a dry run of a recovery or replay. */
export interface RecoveryPreview {
  /** Number of deliveries that would be sent. */
  readonly count: number;
  /** Whether counting stopped before the end, so that `count` is a lower bound. */
  readonly isAtLeast: boolean;
  /** The first deliveries, at most 10. */
  readonly sample: readonly PreviewedDelivery[];
  /** The count is complete from this time on, ms since the epoch. Earlier events or deliveries may have been deleted. */
  readonly completeFrom: number;
  /** Events that would not be sent, because their body is not stored any more. */
  readonly payloadGone: number;
}

export interface PreviewContext {
  readonly store: RecoveryStore;
  readonly deliveries: Pick<DeliveryStore, 'endedRange' | 'firstEndedFrom'>;
  readonly tenantIdOf: (tenantUid: string) => Promise<number | undefined>;
  readonly webhooksOf: (transportId: number) => Promise<readonly ReplayWebhook[]>;
  /** The tenant's periods; undefined: this process deletes nothing (`retention: false`). */
  readonly retention: RetentionPeriods | undefined;
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
}

/** Counts what a recovery or replay would send, in bounded time. It writes nothing. */
export async function previewRecovery(
  transport: RecoveredTransport,
  criteria: RecoveryCriteria,
  context: PreviewContext,
): Promise<RecoveryPreview> {
  const counter = new Counter();
  if (criteria.kind === 'RECOVER') await countDeliveries(transport, criteria, context, counter);
  else await countEvents(transport, criteria, context, counter);
  const { count, isAtLeast, sample, payloadGone } = counter;
  const from = completeFrom(criteria, context.retention, context.now());
  return { count, isAtLeast, sample, completeFrom: from, payloadGone };
}

class Counter {
  count = 0;
  payloadGone = 0;
  isAtLeast = false;
  readonly sample: PreviewedDelivery[] = [];
  #scanned = 0;
  readonly #endAt = performance.now() + LONGEST_MS;

  add(delivery: PreviewedDelivery, hasBody: boolean): void {
    if (!hasBody) this.payloadGone++;
    else if (this.count < MOST_COUNTED) {
      this.count++;
      if (this.sample.length < MOST_SAMPLES) this.sample.push(delivery);
    } else this.isAtLeast = true;
  }

  /** @returns whether to read on */
  async scanned(rows: number): Promise<boolean> {
    this.#scanned += rows;
    if (this.isAtLeast) return false;
    this.isAtLeast = this.#scanned >= MOST_SCANNED || performance.now() >= this.#endAt;
    await turn();
    return !this.isAtLeast;
  }
}

async function countDeliveries(
  { id, tenantUid }: RecoveredTransport,
  criteria: RecoveryCriteria,
  { store, deliveries, tenantIdOf }: PreviewContext,
  counter: Counter,
): Promise<void> {
  const tenantId = await tenantIdOf(tenantUid);
  if (tenantId === undefined) return;
  for (const status of criteria.statuses) {
    const bounds = await recoverBounds(deliveries, tenantId, status, criteria);
    for (let { afterId } = bounds, isFull = true; isFull;) {
      const range = { ...bounds, afterId, limit: SCANNED_AT_ONCE };
      const page = await store.scanEnded(tenantId, id, status, range);
      for (const delivery of page.rows) {
        if (!matchesDelivery(delivery, criteria)) continue;
        const { eventUid, action, createdAt, hasBody } = delivery;
        counter.add(
          { eventUid: eventUid ?? '', action, deliveryId: delivery.id, status, createdAt },
          hasBody,
        );
      }
      ({ isFull } = page);
      afterId = page.lastId ?? afterId;
      if (isFull && !(await counter.scanned(SCANNED_AT_ONCE))) return;
    }
  }
}

async function countEvents(
  { id, tenantUid }: RecoveredTransport,
  criteria: RecoveryCriteria,
  { store, webhooksOf }: PreviewContext,
  counter: Counter,
): Promise<void> {
  const filter = { ...criteria, webhookId: criteria.webhook?.id ?? null };
  const [bounds, webhooks] = await Promise.all([
    eventBounds(store, criteria.since, criteria.until),
    webhooksOf(id),
  ]);
  for (let { afterId } = bounds, isFull = true; isFull;) {
    const page = await store.scanEvents(tenantUid, { ...bounds, afterId, limit: SCANNED_AT_ONCE });
    const events = matchEvents(page.rows, webhooks, filter).map(({ event }) => event);
    const pairs = await store.pairs(
      id,
      events.map((event) => event.id),
    );
    const pairOf = new Map(pairs.map((pair) => [pair.eventId, pair]));
    for (const { id: eventId, eventUid, action, createdAt, hasBody } of events) {
      const { deliveryId = null, status = null } = pairOf.get(eventId) ?? {};
      // A pending delivery is sent anyway.
      if (status === 'PENDING') continue;
      counter.add({ eventUid, action, deliveryId, status, createdAt }, hasBody);
    }
    ({ isFull } = page);
    afterId = page.lastId ?? afterId;
    if (isFull && !(await counter.scanned(SCANNED_AT_ONCE))) return;
  }
}
