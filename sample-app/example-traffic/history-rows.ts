import type { PastEvent } from './example-events.js';
import { ERRORS } from './receiver-behaviour.js';
import { isSuccess, type PastAttempt, type PastDelivery, type PastTransport } from './simulate-deliveries.js';

/** A row, by its columns. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** Numbers that the database gives to the tenant, its transports and its events. */
export interface Numbers {
  readonly tenantId: number;
  /** By the uid of the transport. */
  readonly transportIds: ReadonlyMap<string, number>;
  /** By the uid of the webhook. */
  readonly webhookIds: ReadonlyMap<string, number>;
  /** By the uid of the event. */
  readonly eventIds: ReadonlyMap<string, number>;
}

/** Rows of the module's tables with the outcomes of the events. */
export interface HistoryRows {
  /** Pending deliveries. */
  readonly queue: readonly Row[];
  /** Deliveries that have ended, each with its last attempt. */
  readonly log: readonly Row[];
  /** All other attempts. */
  readonly attempts: readonly Row[];
  /** Facts that the roll-up of the statistics counts. Each is an outcome or a change of the depth of the queue. */
  readonly facts: readonly string[];
}

const HEADERS = JSON.stringify({ 'content-type': 'application/json', connection: 'keep-alive' });
const KIND_OF_END = { DELIVERED: 'D', FAILED: 'F' } as const;

/** The row of an event. Its `created_at` is in the past, so the module's trigger takes it for a copy and does not send it. */
export const eventRow = (
  tenantUid: string,
  tenantId: number,
  { eventUid, action, data, orderingKey, at }: PastEvent,
): Row => ({
  tenant_uid: tenantUid,
  event_uid: eventUid,
  action,
  ordering_key: orderingKey,
  body: JSON.stringify({ action, ...data, tenant: { Id: tenantId, Uid: tenantUid } }),
  created_at: at,
});

/**
 * The rows of deliveries, as the module would have written them.
 *
 * @param deliveryIds one ascending number for each delivery: numbers rise with the creation of deliveries
 */
export function historyRows(
  transports: readonly PastTransport[],
  numbers: Numbers,
  deliveryIds: readonly number[],
): HistoryRows {
  const rows = { queue: [] as Row[], log: [] as Row[], attempts: [] as Row[], facts: [] as string[] };
  const all = transports
    .flatMap(({ transport, deliveries }) =>
      deliveries.map((delivery) => ({ delivery, transportUid: transport.uid })),
    )
    .sort((a, b) => a.delivery.createdAt - b.delivery.createdAt);
  all.forEach(({ delivery, transportUid }, index) => {
    const { event, webhookUid, createdAt, attempts, status, at } = delivery;
    const id = numberOf(deliveryIds[index], 'delivery');
    const common = {
      transport_id: numberOf(numbers.transportIds.get(transportUid), transportUid),
      event_id: numberOf(numbers.eventIds.get(event.eventUid), event.eventUid),
      webhook_id: numberOf(numbers.webhookIds.get(webhookUid), webhookUid),
      tenant_id: numbers.tenantId,
      created_at: createdAt,
      attempts: attempts.length,
    };
    const last = KIND_OF_END[status as keyof typeof KIND_OF_END] === undefined ? undefined : attempts.at(-1);
    const earlier = last === undefined ? attempts : attempts.slice(0, -1);
    rows.attempts.push(...earlier.map((attempt, before) => attemptRow(id, before + 1, attempt)));
    rows.facts.push(...factsOf(delivery, common));
    if (status === 'PENDING') rows.queue.push({ ...common, delivery_id: id, due_at: at });
    else
      rows.log.push({
        ...common,
        id,
        finished_at: at,
        status,
        reason: REASONS[status],
        ...lastAttempt(last),
      });
  });
  return rows;
}

const REASONS = {
  DELIVERED: null,
  FAILED: 'EXHAUSTED',
  MISSED: 'TRANSPORT_DISABLED',
  CANCELLED: 'TRANSPORT_DELETED',
} as const;

const attemptRow = (deliveryId: number, number: number, attempt: PastAttempt): Row => ({
  delivery_id: deliveryId,
  number,
  started_at: attempt.startedAt,
  ...lastAttempt(attempt),
  trigger: 'SCHEDULE',
  orphaned: false,
});

/** Columns of an attempt; all null if the delivery ended without one. */
function lastAttempt(attempt: PastAttempt | undefined): Row {
  const { durationMs = null, statusCode = null, body = null, errorCode } = attempt?.reaction ?? {};
  return {
    duration_ms: durationMs,
    response_status_code: statusCode,
    response_headers: statusCode === null ? null : HEADERS,
    response_body: body,
    error_code: errorCode ?? null,
    error_message: errorCode === undefined ? null : ERRORS[errorCode],
  };
}

/**
 * The facts of a delivery in the form of `webhook_statistic_fact`: tenant, transport, event, letter (`D` delivered, `F` failed,
 * `M` missed, `R` retried), duration of the attempt, instant. Facts about the queue: tenant, transport, number of rows, `Q`
 * added or `E` removed without an outcome.
 */
function factsOf(
  { status, attempts, at }: PastDelivery,
  { tenant_id, transport_id, event_id }: { tenant_id: number; transport_id: number; event_id: number },
): string[] {
  const outcome = (letter: string, duration: number | '', instant: number) =>
    [tenant_id, transport_id, event_id, letter, duration, instant].join();
  const queue = (letter: 'Q' | 'E') => [tenant_id, transport_id, 1, letter].join();
  if (status === 'MISSED') return [outcome('M', '', at)];
  const outcomes = attempts.map(({ startedAt, reaction }, index) => {
    const isEnd = index === attempts.length - 1 && (isSuccess(reaction) || status === 'FAILED');
    const letter = isEnd ? KIND_OF_END[status as keyof typeof KIND_OF_END] : 'R';
    return outcome(letter, reaction.durationMs, startedAt + reaction.durationMs);
  });
  return [queue('Q'), ...outcomes, ...(status === 'CANCELLED' ? [queue('E')] : [])];
}

function numberOf(id: number | undefined, name: string): number {
  if (id === undefined) throw new Error(`The database has no number for ${name}.`);
  return id;
}
