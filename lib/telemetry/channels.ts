import { channel } from 'node:diagnostics_channel';

/** Published on `tillhook:emit` after each INSERT of events, before the host's transaction commits. */
export interface EmitMessage {
  readonly tenantUid: string;
  /** Uids of the events, in the order in which they were emitted. */
  readonly eventUids: readonly string[];
  /** Action of each event, in the same order. */
  readonly actions: readonly string[];
  /** Duration of the INSERT in ms. */
  readonly durationMs: number;
  /** The error with which the INSERT failed; undefined: it succeeded. */
  readonly error?: unknown;
}

/** Published on `tillhook:fanout` after each transaction of fan-out, whether it was committed or failed. */
export interface FanOutMessage {
  /** Number of events in the transaction. */
  readonly events: number;
  /** Number of deliveries that were planned, including missed ones. */
  readonly deliveries: number;
  /** Number of these deliveries that are logged as `MISSED`. */
  readonly missed: number;
  /** Duration of the transaction in ms. */
  readonly durationMs: number;
  /** The error with which the transaction failed; undefined: it was committed. */
  readonly error?: unknown;
}

/** Published on `tillhook:attempt:start` before a request is sent. */
export interface AttemptStartMessage {
  readonly tenantUid: string;
  readonly httpTransportUid: string;
  readonly deliveryUid: string;
  /** Undefined: the event is not stored any more. */
  readonly eventUid: string | undefined;
  readonly action: string | undefined;
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** Host name of the receiver, without port and path; undefined: the transport cannot send as it is configured. */
  readonly host: string | undefined;
}

/** Published on `tillhook:attempt:end` when the outcome is known, before it is recorded. */
export interface AttemptEndMessage extends AttemptStartMessage {
  /** `aborted`: this process aborted the request or did not send it, and the attempt does not count. */
  readonly outcome: AttemptOutcome;
  /** Duration of the request in ms. */
  readonly durationMs: number;
  /** Status code of the response; null: there was none. */
  readonly responseStatusCode: number | null;
  /** Code of the error; null: there was a response. */
  readonly errorCode: string | null;
}

/** Consequence of an attempt. `retry`: another attempt is scheduled. `failed`: it was the last one. */
export type AttemptOutcome = 'delivered' | 'retry' | 'failed' | 'aborted';

/**
 * The channels of `node:diagnostics_channel` that the module publishes on. A message is created only if its channel has a
 * subscriber. No message contains a body, a header, a path or a credential.
 */
export const channels = {
  emit: channel('tillhook:emit'),
  fanOut: channel('tillhook:fanout'),
  attemptStart: channel('tillhook:attempt:start'),
  attemptEnd: channel('tillhook:attempt:end'),
} as const;
