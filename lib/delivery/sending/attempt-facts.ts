import { deliveryUidOf } from '../../domain/uid.js';
import type { QueuedDelivery } from '../../persistence/ports/lane-store.js';
import type { AttemptFacts, AttemptResultFacts } from '../../telemetry/facts.js';
import type { OutgoingEvent } from '../bodies/event-contents.js';
import type { ConcludedAttempt } from './attempt.js';
import type { TransportConfig } from './transport-config.js';

/** The transport of an attempt. */
interface ObservedTransport {
  readonly transportId: number;
  readonly tenantUid: string;
  readonly httpTransportUid: string;
  readonly config: Pick<TransportConfig, 'target'>;
}

/** The facts that telemetry reports about an attempt that starts. */
export const attemptFacts = (
  { transportId, tenantUid, httpTransportUid, config }: ObservedTransport,
  { deliveryId, attempts }: QueuedDelivery,
  event: OutgoingEvent | undefined,
): AttemptFacts => ({
  transportId,
  tenantUid,
  httpTransportUid,
  deliveryUid: deliveryUidOf(deliveryId),
  event,
  attempt: attempts + 1,
  url: config.target.ok ? config.target.url : undefined,
});

/**
 * The facts that telemetry reports about the result of an attempt.
 *
 * @param nowMs the database's clock
 */
export const resultFacts = (
  { record, outcome }: ConcludedAttempt,
  event: OutgoingEvent | undefined,
  nowMs: number,
): AttemptResultFacts => ({
  outcome: outcome.kind,
  durationMs: record.durationMs,
  responseStatusCode: record.responseStatusCode,
  errorCode: record.errorCode,
  // The time since the emit says nothing about the module if somebody requested the delivery later.
  sinceEmitMs:
    event && outcome.kind === 'delivered' && record.trigger === 'SCHEDULE'
      ? nowMs - event.emittedAt
      : undefined,
});

/** The result of an attempt that did not take place, or that this process has aborted. */
export const abortedFacts = (durationMs: number, errorCode: string): AttemptResultFacts => ({
  outcome: 'aborted',
  durationMs,
  responseStatusCode: null,
  errorCode,
});
