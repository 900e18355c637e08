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
        `${left.inFlight} request(s) in flight. A receiver that hangs, a rate limit, an open circuit or a missing encryption key ` +
        'holds deliveries back; the log of the module says more. Raise withinMs if they only take longer.',
    );
  }
}
