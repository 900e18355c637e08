import { WebhooksError } from './webhooks-error.js';

/** The `eventUid` already belongs to an event of this tenant with another body. The transaction stays usable. */
export class EventConflictError extends WebhooksError {
  constructor(readonly eventUid: string) {
    super(
      'EVENT_UID_CONFLICT',
      `An event "${eventUid}" with another body exists in this tenant. An eventUid stands for one occurrence: choose a ` +
        'new one for a new occurrence, or emit the same data again.',
    );
  }
}
