import { OtelMetering } from './otel-metering.js';
import { OtelTracing } from './otel-tracing.js';
import { hasContextManager, hasMeter, hasTracer, loadOpenTelemetryApi } from './open-telemetry-api.js';
import { Telemetry } from './telemetry.js';

/** Settings of the option `telemetry`. */
export interface TelemetrySettings {
  /** Maximum number of transports with metrics of their own in this process. */
  readonly maxTransports: number;
}

/**
 * Connects the module to the SDK that the host has registered. Call it once, when the application starts: an SDK that is
 * registered later is not noticed.
 *
 * @param warn called if the package or the SDK fails; the module then works without it
 * @returns a `Telemetry`, without spans and metrics if `@opentelemetry/api` is not installed or no SDK is registered
 */
export async function openTelemetry(
  { maxTransports }: TelemetrySettings,
  warn: (message: string) => void,
): Promise<Telemetry> {
  try {
    const api = await loadOpenTelemetryApi();
    if (!api) return new Telemetry();
    return new Telemetry(
      // With a context manager alone, the trace of the host is continued without spans of this module.
      hasTracer(api) || hasContextManager(api) ? new OtelTracing(api) : undefined,
      hasMeter(api) ? new OtelMetering(api, maxTransports) : undefined,
      warn,
    );
  } catch (error) {
    warn(`@opentelemetry/api cannot be used, so there is no telemetry: ${String(error)}`);
    return new Telemetry();
  }
}
