import { deliveryUidOf } from '../../domain/uid.js';
import type { QueuedDelivery } from '../../persistence/ports/lane-store.js';
import type { AttemptRecord } from '../../persistence/ports/record-store.js';
import type { OutgoingEvent } from '../bodies/event-contents.js';
import type { WorkerLog } from '../worker-log.js';
import type { NotifiedTransport } from './attempt-notifications.js';
import type { TransportConfig } from './transport-config.js';

/** Length of a window in ms, and the maximum number of lines in it. Receivers decide how many attempts fail. */
const WINDOW_MS = 10_000;
const MOST_LINES = 20;

/** A failed attempt, with all that its log line shows. */
export interface FailedAttempt {
  readonly transport: NotifiedTransport;
  readonly delivery: Pick<QueuedDelivery, 'deliveryId' | 'attempts'>;
  readonly event: Pick<OutgoingEvent, 'eventUid' | 'action'> | undefined;
  readonly target: TransportConfig['target'];
  readonly record: Pick<
    AttemptRecord,
    'status' | 'reason' | 'nextDueAt' | 'durationMs' | 'responseStatusCode' | 'errorCode'
  >;
}

/**
 * Logs failed attempts with uids, host, status code, duration and error code, and never with a body, a header, a path or a
 * credential. A failed delivery is a warning; an attempt that is retried is a debug line. Each level has its own bound.
 */
export class AttemptLog {
  readonly #failed: BoundedLog;
  readonly #retried: BoundedLog;

  /** @param elapsed a monotonic clock, in ms */
  constructor(log: WorkerLog, elapsed: () => number = () => performance.now()) {
    this.#failed = new BoundedLog((line) => log.warn(line), elapsed);
    this.#retried = new BoundedLog((line) => log.debug(line), elapsed);
  }

  failed(attempt: FailedAttempt): void {
    if (attempt.record.status === 'FAILED') this.#failed.add(attempt);
    else this.#retried.add(attempt);
  }
}

/** Writes at most `MOST_LINES` lines per window, and then how many it has left out. */
class BoundedLog {
  #windowEnd = -Infinity;
  #lines = 0;
  #omitted = 0;

  constructor(
    private readonly write: (line: string) => void,
    private readonly elapsed: () => number,
  ) {}

  add(attempt: FailedAttempt): void {
    const now = this.elapsed();
    if (now >= this.#windowEnd) this.#startWindow(now);
    if (this.#lines >= MOST_LINES) this.#omitted += 1;
    else this.write(textOf(attempt));
    this.#lines += 1;
  }

  #startWindow(now: number): void {
    this.#windowEnd = now + WINDOW_MS;
    this.#lines = 0;
    if (this.#omitted > 0)
      this.write(
        `${this.#omitted} more failed attempt(s) were not written to this log. The delivery log has all of them.`,
      );
    this.#omitted = 0;
  }
}

function textOf(attempt: FailedAttempt): string {
  const { transport, delivery, event, record } = attempt;
  const { tenantUid, httpTransportUid } = transport;
  const of = event ? `event ${event.eventUid} (${event.action})` : 'an event that is not stored any more';
  const next =
    record.nextDueAt === null
      ? `The delivery has failed (${record.reason}).`
      : `The next attempt is due at ${new Date(record.nextDueAt).toISOString()}.`;
  return (
    `Attempt ${delivery.attempts + 1} of delivery ${deliveryUidOf(delivery.deliveryId)} of ${of} to HTTP transport ` +
    `"${httpTransportUid}" of tenant "${tenantUid}" failed after ${record.durationMs} ms: ${resultOf(attempt)}. ${next}`
  );
}

/** If the event or the configuration cannot be used, there was no request. */
function resultOf({ event, target, record }: FailedAttempt): string {
  if (!event || !target.ok) return `${record.errorCode}, so nothing was sent`;
  const host = target.url.origin.replace(/^\w+:\/\//, '');
  return record.responseStatusCode === null
    ? `${record.errorCode} at ${host}`
    : `${host} responded with ${record.responseStatusCode}`;
}
