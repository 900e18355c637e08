import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { TELEMETRY, type Telemetry } from '../../telemetry/telemetry.js';
import { WebhooksHealth } from '../health/health.js';
import { gaugeReadings } from './gauge-readings.js';

/**
 * Reports the gauges of this process, whenever metrics are collected. They are read from the health report: two small
 * queries, which a health route shares, and which never scan the queue.
 */
@Injectable()
export class TelemetryGauges implements OnApplicationBootstrap, OnModuleDestroy {
  #stop: (() => void) | undefined;

  constructor(
    @Inject(TELEMETRY) private readonly telemetry: Telemetry,
    private readonly health: WebhooksHealth,
  ) {}

  onApplicationBootstrap(): void {
    this.#stop = this.telemetry.observeGauges(async () => gaugeReadings(await this.health.check()));
  }

  /** Before the connections close: otherwise the last collection would report an unreachable database. */
  onModuleDestroy(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
}
