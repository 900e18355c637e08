import { WebhooksError } from './webhooks-error.js';

/** The tenant already has a resource of this kind with this uid. Nothing was written. */
export class UidTakenError extends WebhooksError {
  /** @param resource e.g. `http transport` */
  constructor(resource: string, uid: string, options?: ErrorOptions) {
    super('UID_TAKEN', `The ${resource} uid "${uid}" is taken in this tenant.`, options);
  }
}
