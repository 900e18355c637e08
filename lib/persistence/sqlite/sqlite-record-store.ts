import {
  PARKED_DUE_AT,
  type AttemptRecord,
  type PostponedDelivery,
  type QueueKey,
  type RecordGroup,
  type RecordResult,
  type RecordStore,
  type TransportRecord,
} from '../ports/record-store.js';
import type { NotificationEvent } from '../../domain/notification-event.js';
import { isReservedAction } from '../../domain/reserved-actions.js';
import { endKind, type Fact, type FactKind } from '../../domain/statistics.js';
import { ENDED, factText, queueFactText } from '../sql/facts.js';
import { recordTexts } from './record-sql.js';
import type { SqliteDatabase } from './sqlite-database.js';

interface MovedRow {
  event_id: number;
  tenant_id: number;
}

interface EndedRow {
  event_id: number;
  webhook_id: number;
  created_at: number;
  tenant_id: number;
  ordering_key: string | null;
  has_succeeded: number;
}

interface PlaceRow {
  due_at: number;
  delivery_id: number;
}

/**
 * Recording on SQLite: a group in one synchronous transaction. No row is ever locked by another transaction, because only
 * one write transaction runs at a time.
 */
export class SqliteRecordStore implements RecordStore {
  readonly #sql: ReturnType<typeof recordTexts>;

  constructor(private readonly database: SqliteDatabase) {
    this.#sql = recordTexts(database);
  }

  record({ attempts, postponed, parked, now }: RecordGroup): Promise<RecordResult> {
    return this.database.transaction(() => {
      const orphaned = new Set<number>();
      const facts: string[] = [];
      const requested = new Set<number>();
      for (const attempt of attempts) {
        if (this.#isRequestUnserved(attempt)) requested.add(attempt.deliveryId);
        else if (!this.#recordAttempt(attempt, now, facts)) orphaned.add(attempt.deliveryId);
      }
      if (facts.length > 0) this.#run(this.#sql.noteFacts, facts.join(';'));
      for (const row of postponed) if (!this.#postpone(row)) orphaned.add(row.deliveryId);
      for (const row of parked) this.#park(row);
      return { orphaned, locked: new Set<number>(), requested };
    });
  }

  changeTransports(changes: readonly TransportRecord[], now: number): Promise<ReadonlySet<number>> {
    return this.database.transaction(() => {
      for (const change of changes) this.#change(change, now);
      return new Set<number>();
    });
  }

  unpark(transportIds: readonly number[], now: number): Promise<ReadonlySet<number>> {
    return this.database.transaction(() => {
      const unparked = new Set<number>();
      const heads = this.database.prepare<PlaceRow>(this.#sql.parkedHeads);
      for (const transportId of transportIds) {
        for (const row of heads.all(transportId)) {
          this.#redate({ transportId, dueAt: row.due_at, deliveryId: row.delivery_id }, now);
          unparked.add(transportId);
        }
      }
      const notify = this.database.prepare(this.#sql.notify);
      for (const transportId of unparked) notify.run({ now, transportId });
      return unparked;
    });
  }

  /** Whether the delivery must not end, because a redelivery was requested while this attempt was in flight. */
  #isRequestUnserved(attempt: AttemptRecord): boolean {
    const { transportId, dueAt, deliveryId, attempts, trigger, status, nextDueAt } = attempt;
    if (nextDueAt !== null || status === 'DELIVERED') return false;
    const unserved = this.database.prepare(this.#sql.isUnserved);
    return unserved.get(transportId, dueAt, deliveryId, attempts, trigger, status) !== undefined;
  }

  /**
   * @param facts receives the facts to count in statistics
   * @returns false if the attempt is orphaned
   */
  #recordAttempt(attempt: AttemptRecord, now: number, facts: string[]): boolean {
    const { deliveryId, attempts, startedAt, nextDueAt, isCounted } = attempt;
    const number = attempts + 1;
    if (
      nextDueAt === null
        ? this.#end(attempt, now, facts)
        : this.#move(attempt, retryAt(attempt, nextDueAt, now), facts)
    ) {
      if (nextDueAt !== null) this.#keepAttempt(this.#sql.attempt, attempt, !isCounted);
      return true;
    }
    const isRecorded =
      this.database.prepare(this.#sql.isLogged).get(deliveryId, number, startedAt) ??
      this.database.prepare(this.#sql.isKept).get(deliveryId, number, startedAt, Number(!isCounted));
    if (isRecorded !== undefined) return true;
    const isKnown = this.database.prepare(this.#sql.isKnown).get(attempt.transportId, deliveryId);
    if (isKnown !== undefined) this.#keepAttempt(this.#sql.orphan, attempt, true);
    return false;
  }

  #keepAttempt(sql: string, attempt: AttemptRecord, isOrphaned: boolean): void {
    this.#run(
      sql,
      attempt.deliveryId,
      attempt.attempts + 1,
      attempt.startedAt,
      attempt.durationMs,
      attempt.responseStatusCode,
      attempt.responseHeaders,
      attempt.responseBody,
      attempt.errorCode,
      attempt.errorMessage,
      attempt.trigger,
      Number(isOrphaned),
    );
  }

  /** Moves the row from the queue to the log, and makes the next one of its key due. */
  #end(attempt: AttemptRecord, now: number, facts: string[]): boolean {
    const { transportId, dueAt, deliveryId, attempts, isCounted } = attempt;
    const row = this.database
      .prepare<EndedRow>(this.#sql.remove)
      .get(transportId, dueAt, deliveryId, attempts);
    if (row === undefined) return false;
    const hasSucceeded = row.has_succeeded === 1;
    const status = hasSucceeded ? 'DELIVERED' : attempt.status;
    this.#run(
      this.#sql.log,
      deliveryId,
      row.event_id,
      transportId,
      row.webhook_id,
      row.created_at,
      attempt.startedAt + attempt.durationMs,
      row.tenant_id,
      attempts + Number(isCounted),
      attempt.durationMs,
      attempt.responseStatusCode,
      status,
      hasSucceeded ? null : attempt.reason,
      attempt.trigger,
      attempt.errorCode,
      attempt.errorMessage,
      attempt.responseHeaders,
      attempt.responseBody,
    );
    if (attempt.status === 'DELIVERED' || attempt.status === 'FAILED') {
      const isRedelivery = hasSucceeded || attempt.trigger !== 'SCHEDULE';
      facts.push(factText(factOf(attempt, row, endKind(attempt.status, isRedelivery))));
    } else {
      facts.push(queueFactText({ tenantId: row.tenant_id, transportId }, 1, ENDED));
    }
    if (attempt.event && status === 'FAILED' && this.#isReported(row)) this.#report(attempt.event);
    if (row.ordering_key === null) return true;
    const next = this.database
      .prepare<PlaceRow>(this.#sql.nextOfKey)
      .get(transportId, row.ordering_key, row.event_id);
    if (next?.due_at === PARKED_DUE_AT) {
      this.#redate({ transportId, dueAt: next.due_at, deliveryId: next.delivery_id }, now);
    }
    return true;
  }

  /**
   * Whether a delivery that failed permanently is reported by an event. The delivery of a notification event is not: such events
   * would cause each other without end.
   */
  #isReported({ event_id: eventId }: EndedRow): boolean {
    const event = this.database.prepare<{ action: string }>(this.#sql.actionOf).get(eventId);
    return event !== undefined && !isReservedAction(event.action);
  }

  /**
   * Stores an event if the tenant has subscribed to it. An event with `onlyAfter` (a transport has recovered) is stored only if
   * one of the events that it names (the transport was failing) was stored before.
   */
  #report({ tenantUid, eventUid, action, body, occurredAt, onlyAfter }: NotificationEvent): void {
    const hasEvent = this.database.prepare(this.#sql.hasEvent);
    if (onlyAfter.length > 0 && !onlyAfter.some((uid) => hasEvent.get(tenantUid, uid) !== undefined)) return;
    const row = { tenant_uid: tenantUid, event_uid: eventUid, action, body, occurred_at: occurredAt };
    this.database.prepare(this.#sql.report).run(row);
  }

  #move(attempt: AttemptRecord, nextDueAt: number, facts: string[]): boolean {
    const { transportId, dueAt, deliveryId, attempts, trigger, isCounted } = attempt;
    const sql = isCounted ? this.#sql.retry : this.#sql.repeat;
    const row = this.database
      .prepare<MovedRow>(sql)
      .get(nextDueAt, trigger, transportId, dueAt, deliveryId, attempts);
    if (row === undefined) return false;
    if (isCounted) facts.push(factText(factOf(attempt, row, 'RETRIED')));
    return true;
  }

  #postpone({ transportId, dueAt, deliveryId, attempts, nextDueAt }: PostponedDelivery): boolean {
    return this.#run(this.#sql.postpone, nextDueAt, transportId, dueAt, deliveryId, attempts) === 1;
  }

  #park(row: QueueKey): void {
    const isBehind = this.database
      .prepare(this.#sql.isBehind)
      .get(row.transportId, row.dueAt, row.deliveryId);
    if (isBehind !== undefined) this.#redate(row, PARKED_DUE_AT);
  }

  #redate({ transportId, dueAt, deliveryId }: QueueKey, to: number): void {
    this.#run(this.#sql.redate, to, transportId, dueAt, deliveryId);
  }

  #change(change: TransportRecord, now: number): void {
    const { transportId, leaseToken, blockedUntil, consecutiveFailures, failingSince, failingWarned } =
      change;
    const { disabledReason, events = [] } = change;
    if (this.database.prepare(this.#sql.isCurrent).get(transportId, leaseToken) === undefined) return;
    if (failingSince !== undefined) this.#run(this.#sql.failingSince, failingSince, transportId);
    if (failingWarned !== undefined) this.#run(this.#sql.failingWarned, failingWarned, transportId);
    const disables = disabledReason !== undefined && !this.#isDisabled(transportId);
    for (const event of events)
      if (disables || event.action !== 'WEBHOOK_TRANSPORT_DISABLED') this.#report(event);
    if (disabledReason !== undefined) {
      this.database.prepare(this.#sql.auditDisable).run({ transportId, reason: disabledReason, now });
      this.#run(this.#sql.disable, disabledReason, now, now, transportId);
      this.#run(this.#sql.suspend, transportId);
    }
    if (blockedUntil !== null)
      this.#run(this.#sql.block, blockedUntil, consecutiveFailures, blockedUntil, transportId);
  }

  #isDisabled(transportId: number): boolean {
    return this.database.prepare(this.#sql.isDisabled).get(transportId) !== undefined;
  }

  #run(sql: string, ...values: unknown[]): number {
    return this.database.prepare(sql).run(...values).changes;
  }
}

const factOf = (
  { transportId, startedAt, durationMs }: AttemptRecord,
  row: MovedRow,
  kind: FactKind,
): Fact => ({
  tenantId: row.tenant_id,
  transportId,
  eventId: row.event_id,
  kind,
  durationMs,
  at: startedAt + durationMs,
});

/** See `RETRY_AT` of PostgreSQL: a requested delivery that is recorded late is not due earlier than now. */
const retryAt = ({ trigger }: AttemptRecord, nextDueAt: number, now: number): number =>
  trigger === 'SCHEDULE' ? nextDueAt : Math.max(nextDueAt, now);
