import { WebhooksError } from './webhooks-error.js';

/** This process sends nothing at present: its operator has switched it off, or its database is a copy. */
export class DeliveriesHeldError extends WebhooksError {
  constructor() {
    super('DELIVERIES_HELD', 'Nothing is sent at present: the operator holds all deliveries.');
  }
}
