import type { AttemptOutcome } from './channels.js';

/*
 * The facts that the module reports to OpenTelemetry. The types name no type of OpenTelemetry, because its package is an optional peer:
 * a host without it must be able to compile against the declarations of this package.
 */

/** An event that is being emitted. */
export interface EmitFacts {
  readonly tenantUid: string;
  readonly eventUid: string;
  readonly action: string;
}

/** The facts of an event in a transaction of fan-out. */
export interface FanOutEvent {
  /** Trace context of its emit; null: it has none. */
  readonly traceparent: string | null;
  /** When it was emitted, ms since the epoch on the database's clock. */
  readonly emittedAt: number;
}

/** One transaction of fan-out. */
export interface FanOutFacts {
  readonly events: number;
  readonly deliveries: number;
  readonly missed: number;
  /** The facts of the events that were read with their bodies. Other events are missing. */
  readonly known: readonly FanOutEvent[];
}

/** The parts of a receiver's URL that may be reported. Its path and query belong to the tenant, and may contain credentials. */
export interface ReceiverUrl {
  /** Scheme, host and port, without a default port. */
  readonly origin: string;
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  /** The default port of the scheme if the URL has none. */
  readonly port: number;
}

/** An attempt that is about to be made. */
export interface AttemptFacts {
  readonly transportId: number;
  readonly tenantUid: string;
  readonly httpTransportUid: string;
  readonly deliveryUid: string;
  /** Undefined: the event is not stored any more. */
  readonly event:
    | {
        readonly eventUid: string;
        readonly action: string;
        readonly traceparent: string | null;
        readonly emittedAt: number;
      }
    | undefined;
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** Undefined: the transport cannot send as it is configured. */
  readonly url: ReceiverUrl | undefined;
}

/** The result of an attempt. */
export interface AttemptResultFacts {
  readonly outcome: AttemptOutcome;
  readonly durationMs: number;
  readonly responseStatusCode: number | null;
  readonly errorCode: string | null;
  /** Time from the emit until now, in ms; undefined: the attempt did not deliver, or a redelivery or a recovery requested it. */
  readonly sinceEmitMs?: number | undefined;
}

/** A span that was started. */
export interface StartedSpan {
  /** Trace context that continues this span in another process; null: there is none. */
  readonly traceparent: string | null;
  /** Runs work as a part of the span. */
  run<Result>(work: () => Result): Result;
}

export interface EmitSpan extends StartedSpan {
  end(error: unknown): void;
}

export interface FanOutSpan extends StartedSpan {
  end(error: unknown): void;
}

export interface AttemptSpan extends StartedSpan {
  /** Runs work outside the context of the request, because the consequences of a response are not part of the request. */
  leave(work: () => void): void;
  end(result: AttemptResultFacts): void;
}

/** Starts the spans of emits, fan-out and attempts. */
export interface Tracing {
  startEmit(events: readonly EmitFacts[]): EmitSpan;
  startFanOut(facts: FanOutFacts): FanOutSpan;
  startAttempt(facts: AttemptFacts): AttemptSpan;
}

/** Values of the gauges. Undefined: the value is not known now, and nothing is reported. Ages are in seconds. */
export interface GaugeReadings {
  readonly queuePending?: number;
  readonly queueDepth?: number;
  readonly oldestDueAge?: number;
  readonly unclaimedAge?: number;
  readonly outboxDepth?: number;
  readonly oldestEventAge?: number;
  readonly requestsInFlight: number;
  readonly lanesHeld: number;
  readonly status: 'ok' | 'degraded' | 'down';
  /** Seconds for which each stage of the worker has failed; 0: it does not fail. */
  readonly failing: Readonly<Record<string, number>>;
}

/** Reports the metrics of emits, fan-out and attempts, and the gauges. */
export interface Metering {
  emitted(events: readonly EmitFacts[], durationMs: number, error: unknown): void;
  /** @param nowMs the database's clock */
  fannedOut(facts: FanOutFacts, durationMs: number, nowMs: number, error: unknown): void;
  attempted(facts: AttemptFacts, result: AttemptResultFacts): void;
  /** Reads the gauges whenever metrics are collected. @returns a function that ends this */
  observe(read: () => Promise<GaugeReadings>): () => void;
}
