import { inspect } from 'node:util';
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

/** The given `manager` belongs to another database than the module's. Nothing was written. */
export class ForeignManagerError extends WebhooksError {
  /**
   * @param received the database of the manager's data source, without credentials
   * @param expected the database of the module's data source, without credentials
   */
  constructor(received: string, expected: string) {
    super(
      'FOREIGN_MANAGER',
      `The manager passed to emit belongs to ${received}, but the module's events are in ${expected}. Pass a manager of a ` +
        'data source for that database, or name the right data source in the "dataSource" option.',
    );
  }
}

/** The given transaction belongs to another database than the module's. Nothing was written. */
export class ForeignTransactionError extends WebhooksError {
  /**
   * @param kind the library of the transaction, e.g. `Knex`
   * @param received the database of the transaction, without credentials
   * @param expected the database of the module, without credentials
   */
  constructor(kind: string, received: string, expected: string, options?: ErrorOptions) {
    super(
      'FOREIGN_TRANSACTION',
      `The ${kind} transaction passed to emit belongs to the database ${received}, but the module's events are in ${expected}. ` +
        'Pass a transaction on the same database as the data source of WebhooksModule.',
      options,
    );
  }
}

/** The options of `emit` or `emitMany` are invalid. Nothing was written. */
export class InvalidEmitOptionError extends WebhooksError {
  /**
   * @param option the member at fault; empty for the options, or the event, as a whole
   * @param problem the value that was passed, and what to pass instead
   * @param eventIndex position of the event at fault in the array passed to `emitMany`, from 0 on; undefined: the options are at fault
   */
  constructor(
    readonly option: string,
    problem: string,
    eventIndex?: number,
  ) {
    super('INVALID_EMIT_OPTION', `${subjectOf(option, eventIndex)} ${problem}`);
  }
}

function subjectOf(option: string, eventIndex: number | undefined): string {
  if (eventIndex === undefined)
    return option === '' ? 'The options of emit' : `The option "${option}" of emit`;
  const event = `events[${eventIndex}] of emitMany`;
  return option === '' ? event : `The member "${option}" of ${event}`;
}

/** The `eventUid` does not follow the rules for uids. Nothing was written. */
export class InvalidEventUidError extends WebhooksError {
  constructor(received: unknown) {
    super(
      'INVALID_EVENT_UID',
      `eventUid is ${inspect(received)}: pass 1 to 64 of the characters A-Z, a-z, 0-9, "_" and "-", or leave it out to ` +
        'have one generated.',
    );
  }
}

/** `occurredAt` is not a valid date. Nothing was written. */
export class InvalidOccurredAtError extends WebhooksError {
  constructor(received: unknown) {
    super(
      'INVALID_OCCURRED_AT',
      `occurredAt is ${inspect(received)}: pass a valid Date, or leave it out to use the time of the emit.`,
    );
  }
}

/** `orderingKey` cannot be stored. Nothing was written. */
export class InvalidOrderingKeyError extends WebhooksError {
  constructor(received: unknown) {
    super(
      'INVALID_ORDERING_KEY',
      `orderingKey is ${inspect(received, { maxStringLength: 80 })}: pass a string of 1 to 255 characters without NUL, ` +
        'such as the uid of the order, or leave it out.',
    );
  }
}

/** `tenantUid` does not follow the rules for uids. Nothing was written. */
export class InvalidTenantUidError extends WebhooksError {
  constructor(received: unknown) {
    super(
      'INVALID_TENANT_UID',
      `tenantUid is ${inspect(received)}: pass the tenant's uid, 1 to 64 of the characters A-Z, a-z, 0-9 and _ - . : | @ (but not ` +
        '"." or ".." alone). Other characters are refused because the uid is a path segment of the admin API.',
    );
  }
}

/** The given `manager` is in no transaction, so the emit would not be atomic. Nothing was written. */
export class ManagerNotInTransactionError extends WebhooksError {
  constructor() {
    super(
      'MANAGER_NOT_IN_TRANSACTION',
      'The manager passed to emit has no open transaction. Pass the one that dataSource.transaction() passes to its ' +
        'callback (or queryRunner.manager after startTransaction()), or leave "manager" out to commit the event separately.',
    );
  }
}

/** The payload cannot be converted to JSON without changes. Nothing was written. */
export class PayloadInvalidError extends WebhooksError {
  /**
   * @param path position in the payload, e.g. `order.lines.0.price`; empty for the payload itself
   * @param problem the kind of the value there, and what to pass instead; never the value, which may be confidential
   */
  constructor(
    readonly path: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(
      'PAYLOAD_INVALID',
      `${path === '' ? 'The payload' : `"${path}" of the payload`} ${problem}`,
      options,
    );
  }
}

/** The body that would be sent is too large. Nothing was written. */
export class PayloadTooLargeError extends WebhooksError {
  /** @param limitBytes maximum size of a body, in bytes of UTF-8 */
  constructor(readonly limitBytes: number) {
    super(
      'PAYLOAD_TOO_LARGE',
      `The event's body would be over ${limitBytes} bytes. Send references, and let the receiver fetch the rest.`,
    );
  }
}

/** The given transaction is not open, so the emit would not be atomic. Nothing was written. */
export class TransactionNotOpenError extends WebhooksError {
  /**
   * @param kind the library of the transaction, e.g. `Knex`
   * @param reason what is wrong; default: the transaction has ended, or the value is not a transaction
   * @param options.cause the error of the library
   */
  constructor(
    kind: string,
    reason = 'it has ended, or the statement ran outside of it on a plain client or pool.',
    options?: ErrorOptions,
  ) {
    super(
      'TRANSACTION_NOT_OPEN',
      `The ${kind} transaction passed to emit is not open: ${reason} Pass the object that ${kind} gives you for an open ` +
        'transaction and await emit before you commit, or leave "transaction" out to commit the event separately.',
      options,
    );
  }
}

/** An event was emitted without a transaction although the option `requireTransaction` is on. Nothing was written. */
export class TransactionRequiredError extends WebhooksError {
  constructor() {
    super(
      'TRANSACTION_REQUIRED',
      'Neither "manager" nor "transaction" was passed to emit, and the option requireTransaction is true. Pass the open ' +
        'transaction, or set requireTransaction: false to allow events that are committed separately.',
    );
  }
}

/** The action is not in the module's catalog, or it is a notification, which only the module emits. Nothing was written. */
export class UnknownActionError extends WebhooksError {
  constructor(readonly action: unknown) {
    super(
      'UNKNOWN_ACTION',
      typeof action === 'string' && action.startsWith('WEBHOOK_')
        ? `${action} cannot be emitted: names that begin with WEBHOOK_ are reserved for the notifications of the module.`
        : `${inspect(action)} is not an action of the catalog. Correct its spelling, or add it with extendCatalog() and ` +
            'pass the result as the "catalog" option.',
    );
  }
}
