import { WebhooksError } from './webhooks-error.js';

/** `WebhookInbox.once` was called with a manager that is in no open transaction. Nothing was written. */
export class InboxNotInTransactionError extends WebhooksError {
  constructor() {
    super(
      'INBOX_NOT_IN_TRANSACTION',
      'The manager passed to WebhookInbox has no open transaction, so the entry in the inbox would stay if the handler failed. ' +
        'Pass the one that dataSource.transaction() passes to its callback.',
    );
  }
}

/** The table of the inbox does not exist. */
export class InboxTableMissingError extends WebhooksError {
  /** @param table its name, with the schema if it has one */
  constructor(table: string, cause: unknown) {
    super(
      'INBOX_TABLE_MISSING',
      `Table ${table} does not exist. Add CreateWebhookInbox to the "migrations" of your data source and run them, or ` +
        'WebhookInboxEntity to its "entities" if you use "synchronize".',
      { cause },
    );
  }
}

/** A source or id cannot be stored in the inbox. Nothing was written. */
export class InvalidInboxEntryError extends WebhooksError {
  /** @param member `source` or `id` */
  constructor(member: string, problem: string) {
    super('INVALID_INBOX_ENTRY', `"${member}" of a webhook ${problem}`);
  }
}

/** An option of `@VerifiedWebhook`, or a secret that was given to it, is invalid. */
export class InvalidReceiverOptionError extends WebhooksError {
  /**
   * @param option its name, e.g. `toleranceSeconds`
   * @param problem what is wrong and what to set instead; never a secret
   */
  constructor(
    readonly option: string,
    problem: string,
  ) {
    super('INVALID_RECEIVER_OPTION', `Option "${option}" of the webhook receiver ${problem}`);
  }
}

/** The signed bytes of the body are no longer available, so the signature cannot be verified. */
export class RawBodyMissingError extends WebhooksError {
  /** @param contentType the header of the request; undefined: it has none */
  constructor(readonly contentType: string | undefined) {
    super(
      'RAW_BODY_MISSING',
      `The raw body of a request of type ${JSON.stringify(contentType ?? 'none')} is missing, so its signature cannot be verified. ` +
        'Create the app with NestFactory.create(AppModule, { rawBody: true }) (Fastify: as the third argument). For a type other ' +
        'than JSON and forms, also register a parser: app.useBodyParser("raw", { type: "…" }) on Express, ' +
        'app.useBodyParser("…") on Fastify.',
    );
  }
}

/** A handler uses a parameter of a verified webhook, but no guard has verified the request. */
export class WebhookNotVerifiedError extends WebhooksError {
  /** @param parameter the decorator that was used, e.g. `@WebhookId()` */
  constructor(parameter: string) {
    super(
      'WEBHOOK_NOT_VERIFIED',
      `${parameter} is used on a handler whose request was not verified. Put @VerifiedWebhook({ scheme, secrets }) on the handler ` +
        'or its controller.',
    );
  }
}

const MESSAGES = {
  WEBHOOK_SIGNATURE_MISSING: 'The request is not a signed webhook of this scheme',
  WEBHOOK_SIGNATURE_INVALID: 'No signature of the request matches one of the secrets',
  WEBHOOK_TIMESTAMP_REFUSED: 'The webhook was signed too long ago, or in the future',
} as const;

/** Why a received webhook was not accepted. */
export type WebhookVerificationCode = keyof typeof MESSAGES;

/** A received webhook was not accepted; the guard responds with 401. */
export class WebhookVerificationError extends WebhooksError {
  /** @param detail which header or limit; never a secret, and never a signature that would be valid */
  constructor(
    override readonly code: WebhookVerificationCode,
    detail: string,
  ) {
    super(code, `${MESSAGES[code]}: ${detail}`);
  }
}
