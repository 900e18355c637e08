import {
  decideOutcome,
  type AttemptResult,
  type ClientErrorPolicy,
  type Outcome,
} from '../../domain/attempt-outcome.js';
import { nextDelayMs } from '../../domain/retry-schedule.js';
import { deliveryUidOf } from '../../domain/uid.js';
import type { EgressRequest, EgressResponse } from '../../egress/egress-client.js';
import { EgressError } from '../../errors/egress.errors.js';
import { WebhooksError } from '../../errors/webhooks-error.js';
import type { QueuedDelivery } from '../../persistence/ports/lane-store.js';
import type { AttemptRecord } from '../../persistence/ports/record-store.js';
import type { OutgoingEvent } from '../bodies/event-contents.js';
import { signedRequest } from './signed-request.js';
import type { TransportConfig, TransportProblem } from './transport-config.js';

/*
 * An attempt has three steps: prepare (pure) → send (waits for the response) → conclude (pure). Each step takes the result of
 * the step before, so they cannot run in another order.
 */

/** Dependencies and settings that all attempts of a process share. */
export interface AttemptContext {
  /** Sends one request (EgressClient.send). */
  readonly send: (request: EgressRequest, settled: (result: EgressResponse | EgressError) => void) => void;
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  /** The elapsed clock. */
  readonly elapsed: () => number;
  /** A random number from 0 to 1. */
  readonly random: () => number;
  readonly clientErrors: ClientErrorPolicy;
  readonly userAgent: string;
}

/** An attempt with a request to send, or with the reason why there is none. */
export interface SendableAttempt {
  readonly request: EgressRequest | TransportProblem;
}

export interface PreparedAttempt extends SendableAttempt {
  readonly delivery: QueuedDelivery;
  /** Undefined: the event is not stored any more. */
  readonly event: OutgoingEvent | undefined;
  readonly config: TransportConfig;
  /** Start of the attempt on the database's clock, ms since the epoch. */
  readonly startedAt: number;
}

export interface SentAttempt<Prepared extends SendableAttempt = PreparedAttempt> {
  readonly prepared: Prepared;
  readonly durationMs: number;
  readonly response: EgressResponse | undefined;
  readonly failure: WebhooksError | undefined;
}

/** The delivery ends at once, because no later attempt can succeed: its event is not stored any more. */
interface ProblemOutcome {
  readonly kind: 'failed';
  /** Code of the problem. */
  readonly reason: string;
  readonly disable?: undefined;
}

/** The result of an attempt: the row to write, and the consequences for the whole transport. */
export interface ConcludedAttempt {
  readonly record: AttemptRecord;
  readonly outcome: Outcome | ProblemOutcome;
  /** Nothing is sent to the transport before this instant, ms since the epoch; null: the attempt does not block it. */
  readonly blockedUntil: number | null;
  /** False: the attempt says nothing about the transport, because nothing could be sent or this module built an invalid request. */
  readonly isAboutReceiver: boolean;
}

/** @param traceparent trace context that the request carries; undefined: none */
export function prepareAttempt(
  delivery: QueuedDelivery,
  event: OutgoingEvent | TransportProblem,
  config: TransportConfig,
  context: AttemptContext,
  signal: AbortSignal,
  traceparent: string | undefined,
): PreparedAttempt {
  const startedAt = context.now();
  const { target } = config;
  if ('ok' in event) return { delivery, event: undefined, config, startedAt, request: event };
  if (!target.ok) return { delivery, event, config, startedAt, request: target };
  return {
    delivery,
    event,
    config,
    startedAt,
    request: signedRequest(target, event, deliveryHeaders(delivery, traceparent), {
      nowMs: startedAt,
      timeoutMs: config.timeoutMs,
      userAgent: context.userAgent,
      signal,
    }),
  };
}

/** @param settled called once, with the result; if there is nothing to send, before this function returns */
export function sendAttempt<Prepared extends SendableAttempt>(
  prepared: Prepared,
  { send }: Pick<AttemptContext, 'send'>,
  settled: (sent: SentAttempt<Prepared>) => void,
): void {
  const { request } = prepared;
  if ('ok' in request) {
    const failure = new WebhooksError(request.code, request.message);
    return settled({ prepared, durationMs: 0, response: undefined, failure });
  }
  const startedAt = performance.now();
  send(request, (result) => {
    const durationMs = Math.round(performance.now() - startedAt);
    if (result instanceof EgressError)
      settled({ prepared, durationMs, response: undefined, failure: result });
    else settled({ prepared, durationMs, response: result, failure: undefined });
  });
}

export function concludeAttempt(sent: SentAttempt, context: AttemptContext): ConcludedAttempt {
  const { prepared, response, failure } = sent;
  const { delivery, config } = prepared;
  const nowMs = context.now();
  const problem = 'ok' in prepared.request ? prepared.request : undefined;
  const outcome: ConcludedAttempt['outcome'] = problem?.isFinal
    ? { kind: 'failed', reason: problem.code }
    : decideOutcome(resultOf(sent), {
        clientErrors: context.clientErrors,
        schedule: config.retryScheduleMs,
        attempt: delivery.attempts + 1,
        random: context.random(),
        nowMs,
      });
  const slowDownMs = 'slowDownMs' in outcome ? outcome.slowDownMs : undefined;
  return {
    outcome,
    isAboutReceiver: problem === undefined && failure?.code !== 'INVALID_REQUEST',
    blockedUntil: slowDownMs === undefined ? null : nowMs + slowDownMs,
    record: {
      transportId: delivery.transportId,
      dueAt: delivery.dueAt,
      deliveryId: delivery.deliveryId,
      attempts: delivery.attempts,
      orderingKey: delivery.orderingKey,
      status: outcome.kind === 'delivered' ? 'DELIVERED' : outcome.kind === 'retry' ? 'PENDING' : 'FAILED',
      reason: outcome.kind === 'failed' ? (problem?.reason ?? outcome.reason) : null,
      nextDueAt: outcome.kind === 'retry' ? nowMs + outcome.delayMs : null,
      isCounted: true,
      startedAt: prepared.startedAt,
      durationMs: sent.durationMs,
      responseStatusCode: response?.statusCode ?? null,
      responseHeaders: response === undefined ? null : JSON.stringify(response.headers),
      responseBody: response === undefined || response.body === '' ? null : response.body,
      errorCode: failure?.code ?? null,
      errorMessage: failure?.message.slice(0, 512) ?? null,
      trigger: delivery.requested ?? 'SCHEDULE',
    },
  };
}

/** Maximum number of times that the last attempt of a delivery is repeated because its process crashed. */
const MOST_REPEATS = 3;
/** Wait before such a repeat if the retry schedule is empty, in ms. */
const REPEAT_MS = 60_000;

/**
 * Concludes an attempt whose process crashed while it was sending: it counts as a failed attempt. The last attempt is an
 * exception: its first `MOST_REPEATS` crashes do not count, and it is repeated, because the receiver may have had no part in
 * the crash.
 *
 * If a redelivery is requested, the crashed attempt counts as the requested one. It is not known whether the request came
 * before or after the attempt began, and a poison delivery must not be sent first again and again.
 */
export function crashedAttempt(
  delivery: QueuedDelivery,
  { retryScheduleMs }: Pick<TransportConfig, 'retryScheduleMs'>,
  { now, random }: Pick<AttemptContext, 'now' | 'random'>,
): AttemptRecord {
  const nowMs = now();
  const retryMs = nextDelayMs(retryScheduleMs, delivery.attempts + 1, random());
  const mayRepeat = retryMs === undefined && delivery.lostAttempts < MOST_REPEATS;
  // Jittered like a retry, so that the deliveries of one crash are not all due at the same time.
  const waitMs = mayRepeat ? nextDelayMs([retryScheduleMs.at(-1) ?? REPEAT_MS], 1, random()) : retryMs;
  return {
    transportId: delivery.transportId,
    dueAt: delivery.dueAt,
    deliveryId: delivery.deliveryId,
    attempts: delivery.attempts,
    orderingKey: delivery.orderingKey,
    status: waitMs === undefined ? 'FAILED' : 'PENDING',
    reason: waitMs === undefined ? 'WORKER_CRASHED' : null,
    nextDueAt: waitMs === undefined ? null : nowMs + waitMs,
    isCounted: !mayRepeat,
    startedAt: nowMs,
    durationMs: 0,
    responseStatusCode: null,
    responseHeaders: null,
    responseBody: null,
    errorCode: 'WORKER_CRASHED',
    errorMessage: 'The process crashed while it was sending this delivery.',
    trigger: delivery.requested ?? 'SCHEDULE',
  };
}

/**
 * Whether this process aborted the attempt, because it shuts down or is no longer allowed to send (see `DeliverySwitch`). An
 * aborted attempt says nothing about the receiver.
 */
export const wasAborted = ({ failure }: SentAttempt): boolean =>
  failure instanceof EgressError && failure.code === 'ABORTED';

function resultOf({ response, failure }: SentAttempt): AttemptResult {
  return response
    ? { kind: 'response', statusCode: response.statusCode, retryAfter: response.headers['retry-after'] }
    : { kind: 'error', code: failure!.code };
}

/** Headers that only deliveries have. */
function deliveryHeaders(
  { attempts, deliveryId, eventId }: QueuedDelivery,
  traceparent: string | undefined,
): string[] {
  const headers = [
    'x-webhook-attempt',
    String(attempts + 1),
    'x-webhook-delivery',
    deliveryUidOf(deliveryId),
    'x-webhook-sequence',
    String(eventId),
  ];
  if (traceparent !== undefined) headers.push('traceparent', traceparent);
  return headers;
}
