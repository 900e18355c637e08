import { WebhooksError } from './webhooks-error.js';

/** This process sends nothing at present: deliveries are switched off or stopped, or the database belongs to another environment. */
export class DeliveriesHeldError extends WebhooksError {
  constructor() {
    super(
      'DELIVERIES_HELD',
      'Nothing was sent: deliveries are switched off or stopped, or the database belongs to another environment. Ask the operator.',
    );
  }
}

/** Maximum number of characters of a name in a message. The beginning is enough to recognize it. */
const MAX_NAME_SHOWN = 64;

/** A header that a tenant has set is not allowed. The message names the header, never its value. */
export class HeaderRefusedError extends WebhooksError {
  /**
   * @param header its name as given; undefined if the list as a whole is rejected
   * @param explanation what is wrong with it, as the rest of a sentence
   */
  constructor(
    readonly header: string | undefined,
    explanation: string,
  ) {
    const subject = header === undefined ? 'The headers are' : `The header ${shown(header)} is`;
    super('HEADER_REFUSED', `${subject} refused: ${explanation}.`);
  }
}

/** Quoted and escaped, because a rejected name may contain line breaks or control characters. */
const shown = (name: string): string =>
  JSON.stringify(name.slice(0, MAX_NAME_SHOWN)).replace(
    /[^\x20-\x7e]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );

/** A signing secret is malformed or publicly known. The message never contains the secret. */
export class InvalidSigningSecretError extends WebhooksError {
  /** @param message what is wrong with the secret and what to do. Default: the format of a secret. */
  constructor(message = 'A signing secret is "whsec_" followed by the base64 of 24 to 64 random bytes.') {
    super('INVALID_SIGNING_SECRET', message);
  }
}

/** This process already has the maximum number of requests in flight to the destination's origin. Nothing was sent. */
export class OriginBusyError extends WebhooksError {
  /** @param retryAfterMs when to try again, in ms from now */
  constructor(readonly retryAfterMs: number) {
    super(
      'ORIGIN_BUSY',
      'Nothing was sent: the maximum number of requests to this origin is in flight. Try again in a few seconds.',
    );
  }
}

/** The transport has a recovery or replay that has not ended. Nothing was started. */
export class RecoveryActiveError extends WebhooksError {
  constructor(httpTransportUid: string, options?: ErrorOptions) {
    super(
      'RECOVERY_ACTIVE',
      `A recovery or replay of the HTTP transport "${httpTransportUid}" has not ended. Wait until it has ended, or cancel it.`,
      options,
    );
  }
}

/** The tenant has reached its quota of resources of this kind. Nothing was written. */
export class QuotaExceededError extends WebhooksError {
  /**
   * @param resource e.g. `HTTP transport`
   * @param limit the option that sets the limit
   * @param value the value of that option
   */
  constructor(resource: string, limit: string, value: number) {
    super(
      'QUOTA_EXCEEDED',
      `This tenant can have no more ${resource}s: ${limit} is ${value}. Delete one, or ask the operator for more.`,
    );
  }
}

/** The request came too soon after earlier ones. Nothing was done. */
export class RateLimitedError extends WebhooksError {
  /** @param retryAfterMs time until the next request is allowed, in ms */
  constructor(readonly retryAfterMs: number) {
    super('RATE_LIMITED', `Rate limit exceeded: try again in ${Math.ceil(retryAfterMs / 1_000)} s.`);
  }
}

/** Messages of the reasons why a delivery cannot be redelivered. */
const REDELIVERY_MESSAGES = {
  HTTP_TRANSPORT_DELETED: 'The HTTP transport of this delivery was deleted, so nothing can be sent to it.',
  WEBHOOK_DELETED: 'The webhook of this delivery was deleted, so the delivery cannot be sent again.',
  PAYLOAD_GONE: 'The body of the event is not stored any more: it has expired or was erased.',
  REDELIVERY_PENDING:
    'A redelivery of this delivery was requested already, and its attempt is not recorded yet.',
  TRANSPORT_STATE_CONFLICT: 'The HTTP transport of this delivery is disabled. Enable it first.',
} as const;

/** Why a delivery cannot be redelivered. */
export type RedeliveryRefusal = keyof typeof REDELIVERY_MESSAGES;

/** The delivery cannot be redelivered. Nothing was changed. */
export class RedeliveryRefusedError extends WebhooksError {
  constructor(readonly refusal: RedeliveryRefusal) {
    super(refusal, REDELIVERY_MESSAGES[refusal]);
  }
}

/** The rule of the URL policy that a rejected URL violates. Stable, for tests and metrics. */
export type TargetRule =
  | 'LENGTH'
  | 'CHARACTERS'
  | 'SCHEME'
  | 'AUTHORITY'
  | 'USER_INFO'
  | 'SYNTAX'
  | 'HTTP_NOT_ALLOWED'
  | 'PORT'
  | 'HOST_NAME'
  | 'RESERVED_NAME'
  | 'ADDRESS_SPELLING'
  | 'ADDRESS'
  | 'DENIED';

/**
 * A URL is not allowed as the target of a transport. The message describes the rule and never repeats the URL, which may
 * contain a password. It is meant for the user who entered the URL.
 */
export class TargetRefusedError extends WebhooksError {
  /**
   * @param rule the violated rule
   * @param explanation what the rule requires, as the rest of a sentence
   */
  constructor(
    readonly rule: TargetRule,
    explanation: string,
  ) {
    super('TARGET_REFUSED', `The URL is refused: ${explanation}.`);
  }
}

/** Commands that a transport may refuse in its current state, with the part of the message that says what is not possible. */
const REFUSED_COMMANDS = {
  pause: 'it cannot be paused',
  resume: 'it cannot be resumed',
  disable: 'it cannot be disabled',
  enable: 'it cannot be enabled',
  recover: 'its deliveries cannot be recovered',
  replay: 'events cannot be replayed to it',
} as const;

/** The command is not possible in the transport's current state. Nothing was changed. */
export class TransportStateConflictError extends WebhooksError {
  /**
   * @param command e.g. `pause`
   * @param state the current state
   */
  constructor(command: keyof typeof REFUSED_COMMANDS, state: string) {
    const remedy = state === 'PAUSED' ? 'Resume it instead.' : 'Enable it first.';
    super(
      'TRANSPORT_STATE_CONFLICT',
      `The HTTP transport is ${state.toLowerCase()}: ${REFUSED_COMMANDS[command]}. ${remedy}`,
    );
  }
}

/** The tenant already has a resource of this kind with this uid. Nothing was written. */
export class UidTakenError extends WebhooksError {
  /** @param resource e.g. `HTTP transport` */
  constructor(resource: string, uid: string, options?: ErrorOptions) {
    super('UID_TAKEN', `The ${resource} uid "${uid}" is taken in this tenant.`, options);
  }
}
