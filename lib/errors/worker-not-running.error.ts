import { WebhooksError } from './webhooks-error.js';

/** A test waits for deliveries of an app that has no running worker. */
export class WorkerNotRunningError extends WebhooksError {
  constructor() {
    super(
      'WORKER_NOT_RUNNING',
      'The worker of this app does not run, so nothing is delivered. Call app.init() or app.listen() first, leave the option "worker" ' +
        'true, and do not call it on an app that was closed or drained.',
    );
  }
}
