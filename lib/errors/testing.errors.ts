import { WebhooksError } from './webhooks-error.js';

/** The work that was left when `deliverAll` timed out. */
export interface DeliveriesLeft {
  /** Events that have not been fanned out yet. */
  readonly events: number;
  /** Deliveries that are due and have no outcome yet. */
  readonly deliveries: number;
  /** Requests that the receiver has not responded to. */
  readonly inFlight: number;
}

/** Due work did not end within the time that a test waited for it. */
export class DeliveriesUnfinishedError extends WebhooksError {
  constructor(
    withinMs: number,
    readonly left: DeliveriesLeft,
  ) {
    super(
      'DELIVERIES_UNFINISHED',
      `Not all deliveries ended within ${withinMs} ms: ${left.events} event(s) not fanned out, ${left.deliveries} deliveries due, ` +
        `${left.inFlight} request(s) in flight. A receiver that hangs, a rate limit or a missing encryption key ` +
        'delays deliveries: see the log of the module. Raise withinMs if they only need more time.',
    );
  }
}

/** A matcher was used on a value that is not a recording emitter. */
export class NotARecordingEmitterError extends WebhooksError {
  constructor() {
    super(
      'NOT_A_RECORDING_EMITTER',
      'The value of expect() records no events. Pass the RecordingWebhookEmitter of the test: app.get(RecordingWebhookEmitter).',
    );
  }
}

/** A test with a recording emitter uses a part of the module that needs the database. */
export class NotInTestsError extends WebhooksError {
  /** @param part the part that was used, e.g. `WebhooksHealth.check` */
  constructor(part: string) {
    super(
      'NOT_IN_TESTS',
      `${part} is not available while events are only recorded, because the module has no database in such a test. Override it in this test ` +
        '(overrideProvider), or import the real WebhooksModule with a database and call deliverAll.',
    );
  }
}

/** Fewer requests arrived at a `WebhookReceiver` than a test waited for. */
export class ReceiverTimeoutError extends WebhooksError {
  constructor(url: string, expected: number, arrived: number, withinMs: number) {
    super(
      'RECEIVER_TIMEOUT',
      `${arrived} of ${expected} requests arrived at ${url} within ${withinMs} ms. Check that a webhook for the action exists, that the ` +
        'transport has this URL, and that "egress" allows it (allowHttp, allowCidrs).',
    );
  }
}

/** A test waits for deliveries of an app that has no running worker. */
export class WorkerNotRunningError extends WebhooksError {
  constructor() {
    super(
      'WORKER_NOT_RUNNING',
      'The worker of this app does not run, so nothing is delivered. Call app.init() or app.listen() first, leave the option "worker" ' +
        'true, and do not wait for deliveries on an app that was closed or drained.',
    );
  }
}
