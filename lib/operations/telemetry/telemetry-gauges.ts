import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import { readCountedQueueDepth } from '../../persistence/sql/read-queue-depths.js';
import { TELEMETRY, type Telemetry } from '../../telemetry/telemetry.js';
import { withDeadline } from '../../timing/with-deadline.js';
import { WebhooksHealth } from '../health/health.js';
import { gaugeReadings } from './gauge-readings.js';

/** Time limit for reading the number of pending deliveries, in ms. */
const LIMIT_MS = 1_000;

/**
 * Reports the gauges of this process, whenever metrics are collected. They are read from the health report: two small
 * queries, which a health route shares, and which never scan the queue. A third one reads the number of pending deliveries.
 */
@Injectable()
export class TelemetryGauges implements OnApplicationBootstrap, OnModuleDestroy {
  #stop: (() => void) | undefined;

  constructor(
    @Inject(TELEMETRY) private readonly telemetry: Telemetry,
    private readonly health: WebhooksHealth,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  onApplicationBootstrap(): void {
    this.#stop = this.telemetry.observeGauges(async () => {
      const report = await this.health.check();
      return gaugeReadings(report, report.queue ? await this.#pending() : undefined);
    });
  }

  /** Stops before the connections close: otherwise the last collection would report an unreachable database. */
  onModuleDestroy(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  /** @returns undefined if the database does not respond in time */
  async #pending(): Promise<number | undefined> {
    let pending: number | undefined;
    const reading = readCountedQueueDepth(this.database).then((depth) => (pending = depth));
    await withDeadline(reading, performance.now() + LIMIT_MS);
    return pending;
  }
}
