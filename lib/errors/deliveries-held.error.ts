import { WebhooksError } from './webhooks-error.js';

/** This process currently sends nothing: the operator has switched deliveries off, or the database is a copy. */
export class DeliveriesHeldError extends WebhooksError {
  constructor() {
    super('DELIVERIES_HELD', 'Nothing is sent at present: the operator holds all deliveries.');
  }
}
