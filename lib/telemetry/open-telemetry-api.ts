import type * as openTelemetry from '@opentelemetry/api';

/** The package `@opentelemetry/api`, an optional peer. */
export type OpenTelemetryApi = typeof openTelemetry;

/** Name of the tracer and of the meter. */
export const SCOPE = 'nestjs-tillhook';

const NOT_INSTALLED: ReadonlySet<unknown> = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);

/**
 * Loads the package that the host has installed. It must be the host's own: a second copy of another version would not see
 * the host's SDK.
 *
 * @returns undefined if it is not installed
 * @throws any other error while it is loaded
 */
export async function loadOpenTelemetryApi(): Promise<OpenTelemetryApi | undefined> {
  try {
    return await import('@opentelemetry/api');
  } catch (error) {
    if (NOT_INSTALLED.has((error as { code?: unknown } | undefined)?.code)) return undefined;
    throw error;
  }
}

/** Whether an SDK with a tracer was registered in this process. */
export function hasTracer({ trace }: OpenTelemetryApi): boolean {
  // Until an SDK is registered, the provider is a proxy without a delegate.
  const provider = trace.getTracerProvider() as { getDelegateTracer?: (name: string) => unknown };
  return typeof provider.getDelegateTracer !== 'function' || provider.getDelegateTracer(SCOPE) !== undefined;
}

/** Whether a context manager was registered, so that a span of the host can be active during an emit. */
export function hasContextManager({ context, createContextKey, ROOT_CONTEXT }: OpenTelemetryApi): boolean {
  const key = createContextKey('nestjs-tillhook probe');
  return context.with(ROOT_CONTEXT.setValue(key, true), () => context.active().getValue(key) === true);
}

/** Whether an SDK with a meter was registered in this process. */
export const hasMeter = ({ metrics, createNoopMeter }: OpenTelemetryApi): boolean =>
  metrics.getMeter(SCOPE) !== createNoopMeter();
