import type { Context, Link, Span, SpanOptions, Tracer } from '@opentelemetry/api';
import type {
  AttemptFacts,
  AttemptResultFacts,
  AttemptSpan,
  EmitFacts,
  EmitSpan,
  FanOutFacts,
  FanOutSpan,
  Tracing,
} from './facts.js';
import { SCOPE, type OpenTelemetryApi } from './open-telemetry-api.js';
import {
  attemptAttributes,
  commonActionOf,
  emitAttributes,
  errorTypeOf,
  resultAttributes,
  SYSTEM,
} from './otel-attributes.js';
import { formatTraceparent, parseTraceparent } from './traceparent.js';

/** Maximum number of links of a span. It is also the default limit of the SDKs. */
const MOST_LINKS = 128;
/**
 * Name of the context key with which the SDKs suppress spans. The API shares keys by their name. An attempt has a span of
 * this module already, so an instrumentation of the HTTP client must not add a second one with a second `traceparent`.
 */
const SUPPRESSED = 'OpenTelemetry SDK Context Key SUPPRESS_TRACING';

/** Spans of emits, fan-out and attempts. */
export class OtelTracing implements Tracing {
  readonly #tracer: Tracer;
  /** The context of a request: no span is started in it. */
  readonly #suppressed: Context;

  constructor(private readonly api: OpenTelemetryApi) {
    this.#tracer = api.trace.getTracer(SCOPE);
    this.#suppressed = api.ROOT_CONTEXT.setValue(api.createContextKey(SUPPRESSED), true);
  }

  startEmit(events: readonly EmitFacts[]): EmitSpan {
    const action = commonActionOf(events);
    return this.#start(action === undefined ? 'emit' : `emit ${action}`, {
      kind: this.api.SpanKind.PRODUCER,
      attributes: emitAttributes(events),
    });
  }

  /** It has no parent: one transaction serves many events. Its links lead to their emits. */
  startFanOut({ events, deliveries, missed, known }: FanOutFacts): FanOutSpan {
    return this.#start('fan-out', {
      root: true,
      kind: this.api.SpanKind.CONSUMER,
      links: this.#linksTo(known),
      attributes: {
        'messaging.system': SYSTEM,
        'messaging.operation.name': 'fan-out',
        'messaging.operation.type': 'process',
        'messaging.batch.message_count': events,
        'tillhook.deliveries': deliveries,
        'tillhook.deliveries.missed': missed,
      },
    });
  }

  startAttempt(facts: AttemptFacts): AttemptSpan {
    const { context, ROOT_CONTEXT, SpanKind } = this.api;
    const options = { kind: SpanKind.CLIENT, attributes: attemptAttributes(facts) };
    const name = facts.event ? `deliver ${facts.event.action}` : 'deliver';
    const span = this.#tracer.startSpan(name, options, this.#emitContext(facts.event?.traceparent));
    return {
      traceparent: formatTraceparent(span.spanContext()),
      run: (work) => context.with(this.#suppressed, work),
      leave: (work) => context.with(ROOT_CONTEXT, work),
      end: (result) => this.#endAttempt(span, result),
    };
  }

  #start(name: string, options: SpanOptions): EmitSpan & FanOutSpan {
    const { context, trace, SpanStatusCode } = this.api;
    const span = this.#tracer.startSpan(name, options);
    return {
      traceparent: formatTraceparent(span.spanContext()),
      run: (work) => context.with(trace.setSpan(context.active(), span), work),
      end: (error) => {
        if (error !== undefined) {
          // Messages of drivers may contain values, so neither they nor the stack are recorded.
          span.setAttribute('error.type', errorTypeOf(error));
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
        span.end();
      },
    };
  }

  #endAttempt(span: Span, result: AttemptResultFacts): void {
    // A span that is not sampled records nothing.
    if (span.isRecording()) span.setAttributes(resultAttributes(result));
    if (result.outcome !== 'delivered') span.setStatus({ code: this.api.SpanStatusCode.ERROR });
    span.end();
  }

  /** The context of the emit; without a trace context, the attempt begins a trace. */
  #emitContext(traceparent: string | null | undefined): Context {
    const { ROOT_CONTEXT, trace } = this.api;
    const parts = parseTraceparent(traceparent);
    return parts ? trace.setSpanContext(ROOT_CONTEXT, { ...parts, isRemote: true }) : ROOT_CONTEXT;
  }

  #linksTo(known: FanOutFacts['known']): Link[] {
    const links: Link[] = [];
    for (const { traceparent } of known) {
      const parts = parseTraceparent(traceparent);
      if (parts) links.push({ context: { ...parts, isRemote: true } });
      if (links.length === MOST_LINKS) break;
    }
    return links;
  }
}
