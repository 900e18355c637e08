import { WebhooksError } from './webhooks-error.js';

/** A test with a recording emitter uses a part of the module that needs the database. */
export class NotInTestsError extends WebhooksError {
  /** @param part the part that was used, e.g. `WebhooksHealth.check` */
  constructor(part: string) {
    super(
      'NOT_IN_TESTS',
      `${part} is not there while events are only recorded, since the module has no database then. Override it in this test ` +
        '(overrideProvider), or import the real WebhooksModule with a database and call deliverAll.',
    );
  }
}
