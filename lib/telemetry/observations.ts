import { channels, type AttemptEndMessage, type AttemptStartMessage } from './channels.js';
import type {
  AttemptFacts,
  AttemptResultFacts,
  AttemptSpan,
  EmitFacts,
  EmitSpan,
  FanOutFacts,
  FanOutSpan,
  Metering,
} from './facts.js';

/** An emit that somebody observes. */
export interface EmitObservation {
  /** To be stored with the events; undefined: there is none. */
  readonly traceparent: string | undefined;
  run<Result>(work: () => Result): Result;
  /** @param error undefined: the events were written */
  end(error?: unknown): void;
}

/** A transaction of fan-out that somebody observes. */
export interface FanOutObservation {
  run<Result>(work: () => Result): Result;
  /** @param nowMs the database's clock @param error undefined: the transaction was committed */
  end(nowMs: number, error?: unknown): void;
}

/** An attempt that somebody observes. */
export interface AttemptObservation {
  /** Trace context of the attempt; undefined: there is no span. */
  readonly traceparent: string | undefined;
  run<Result>(work: () => Result): Result;
  /** Runs the work that follows a response, outside the context of the request. */
  leave(work: () => void): void;
  end(result: AttemptResultFacts): void;
}

/** Runs work of an SDK, whose errors must not reach an emit or a delivery. */
export type Guard = <Result>(work: () => Result) => Result | undefined;

/** @param warn called once, with the first error */
export function guardWith(warn: (message: string) => void): Guard {
  let hasWarned = false;
  return (work) => {
    try {
      return work();
    } catch (error) {
      if (!hasWarned) warn(`The OpenTelemetry SDK failed, and telemetry is incomplete: ${String(error)}`);
      hasWarned = true;
      return undefined;
    }
  };
}

export class ObservedEmit implements EmitObservation {
  readonly #startedAt = performance.now();

  constructor(
    private readonly events: readonly EmitFacts[],
    private readonly span: EmitSpan | undefined,
    private readonly metering: Metering | undefined,
    private readonly guard: Guard,
  ) {}

  get traceparent(): string | undefined {
    return this.span?.traceparent ?? undefined;
  }

  run<Result>(work: () => Result): Result {
    return this.span ? this.span.run(work) : work();
  }

  end(error?: unknown): void {
    const durationMs = performance.now() - this.#startedAt;
    this.guard(() => this.span?.end(error));
    this.guard(() => this.metering?.emitted(this.events, durationMs, error));
    if (!channels.emit.hasSubscribers) return;
    channels.emit.publish({
      tenantUid: this.events[0]?.tenantUid ?? '',
      eventUids: this.events.map(({ eventUid }) => eventUid),
      actions: this.events.map(({ action }) => action),
      durationMs,
      error,
    });
  }
}

export class ObservedFanOut implements FanOutObservation {
  readonly #startedAt = performance.now();

  constructor(
    private readonly facts: FanOutFacts,
    private readonly span: FanOutSpan | undefined,
    private readonly metering: Metering | undefined,
    private readonly guard: Guard,
  ) {}

  run<Result>(work: () => Result): Result {
    return this.span ? this.span.run(work) : work();
  }

  end(nowMs: number, error?: unknown): void {
    const durationMs = performance.now() - this.#startedAt;
    this.guard(() => this.span?.end(error));
    this.guard(() => this.metering?.fannedOut(this.facts, durationMs, nowMs, error));
    const { events, deliveries, missed } = this.facts;
    if (channels.fanOut.hasSubscribers)
      channels.fanOut.publish({ events, deliveries, missed, durationMs, error });
  }
}

export class ObservedAttempt implements AttemptObservation {
  constructor(
    private readonly facts: AttemptFacts,
    private readonly span: AttemptSpan | undefined,
    private readonly metering: Metering | undefined,
    private readonly guard: Guard,
  ) {}

  get traceparent(): string | undefined {
    return this.span?.traceparent ?? undefined;
  }

  run<Result>(work: () => Result): Result {
    return this.span ? this.span.run(work) : work();
  }

  leave(work: () => void): void {
    if (this.span) this.span.leave(work);
    else work();
  }

  end(result: AttemptResultFacts): void {
    this.guard(() => this.span?.end(result));
    this.guard(() => this.metering?.attempted(this.facts, result));
    if (!channels.attemptEnd.hasSubscribers) return;
    const { outcome, durationMs, responseStatusCode, errorCode } = result;
    const message: AttemptEndMessage = {
      ...startMessage(this.facts),
      outcome,
      durationMs,
      responseStatusCode,
      errorCode,
    };
    channels.attemptEnd.publish(message);
  }
}

/** The message of an attempt that starts. */
export const startMessage = (facts: AttemptFacts): AttemptStartMessage => ({
  tenantUid: facts.tenantUid,
  httpTransportUid: facts.httpTransportUid,
  deliveryUid: facts.deliveryUid,
  eventUid: facts.event?.eventUid,
  action: facts.event?.action,
  attempt: facts.attempt,
  host: facts.url?.hostname,
});
