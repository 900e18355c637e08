import { channels } from './channels.js';
import type { AttemptFacts, EmitFacts, FanOutFacts, GaugeReadings, Metering, Tracing } from './facts.js';
import {
  guardWith,
  ObservedAttempt,
  ObservedEmit,
  ObservedFanOut,
  startMessage,
  type AttemptObservation,
  type EmitObservation,
  type FanOutObservation,
  type Guard,
} from './observations.js';

export type { AttemptObservation, EmitObservation, FanOutObservation } from './observations.js';

/** Injection token of `Telemetry`. A string, so that the ESM and CommonJS builds in one process agree. */
export const TELEMETRY = 'nestjs-tillhook:Telemetry';

/**
 * Reports emits, fan-out and attempts to OpenTelemetry and to the subscribers of the diagnostics channels. If nobody
 * observes a step, nothing is created for it: the check reads one property of this object and one of each channel.
 */
export class Telemetry {
  readonly #tracing: Tracing | undefined;
  readonly #metering: Metering | undefined;
  readonly #isOn: boolean;
  readonly #guard: Guard;

  /**
   * @param tracing undefined: no spans
   * @param metering undefined: no metrics
   * @param warn called once if an SDK throws: then its span or data point is lost, and the module continues
   */
  constructor(tracing?: Tracing, metering?: Metering, warn: (message: string) => void = () => undefined) {
    this.#tracing = tracing;
    this.#metering = metering;
    this.#isOn = tracing !== undefined || metering !== undefined;
    this.#guard = guardWith(warn);
  }

  /** @param events of one tenant; at least one */
  emitStarted(events: readonly EmitFacts[]): EmitObservation | undefined {
    if (!this.#isOn && !channels.emit.hasSubscribers) return undefined;
    const span = this.#guard(() => this.#tracing?.startEmit(events));
    return new ObservedEmit(events, span, this.#metering, this.#guard);
  }

  /** Whether somebody observes fan-out. Check it before the facts are collected. */
  get observesFanOut(): boolean {
    return this.#isOn || channels.fanOut.hasSubscribers;
  }

  fanOutStarted(facts: FanOutFacts): FanOutObservation {
    const span = this.#guard(() => this.#tracing?.startFanOut(facts));
    return new ObservedFanOut(facts, span, this.#metering, this.#guard);
  }

  /** Whether somebody observes attempts. Check it before the facts are collected. */
  get observesAttempts(): boolean {
    return this.#isOn || channels.attemptStart.hasSubscribers || channels.attemptEnd.hasSubscribers;
  }

  attemptStarted(facts: AttemptFacts): AttemptObservation {
    if (channels.attemptStart.hasSubscribers) channels.attemptStart.publish(startMessage(facts));
    const span = this.#guard(() => this.#tracing?.startAttempt(facts));
    return new ObservedAttempt(facts, span, this.#metering, this.#guard);
  }

  /** Reports the gauges as long as metrics are collected. @returns a function that ends this; undefined: nobody collects metrics */
  observeGauges(read: () => Promise<GaugeReadings>): (() => void) | undefined {
    return this.#guard(() => this.#metering?.observe(read));
  }
}
