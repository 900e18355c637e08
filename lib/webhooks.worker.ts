import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import { DeliveryWorker } from './delivery/delivery-worker.js';
import { TransportConfigs } from './delivery/transport-config.js';
import { EgressClient } from './egress/egress-client.js';
import { FanoutWorker } from './fanout/fanout-worker.js';
import { CommitSignal } from './persistence/commit-signal.js';
import { DATABASE, type Database } from './persistence/database.js';
import { SECRET_BOX, type SecretBox } from './persistence/secret-box.js';
import { STORES, type Stores } from './persistence/stores.js';
import type { ResolvedWebhooksOptions } from './webhooks.options.js';
import { WEBHOOKS_OPTIONS, WEBHOOKS_WORKER_ENABLED } from './webhooks.tokens.js';

/**
 * The part of the module that works by itself: fan-out and delivery of this process, from the application's
 * bootstrap to its shutdown.
 */
@Injectable()
export class WebhooksWorker implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  readonly #logger = new Logger('Webhooks');
  readonly #fanout: FanoutWorker;
  readonly #delivery: DeliveryWorker;
  #drained: Promise<void> | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORES) stores: Stores,
    @Inject(SECRET_BOX) secrets: SecretBox,
    @Inject(WEBHOOKS_OPTIONS) options: ResolvedWebhooksOptions,
    @Inject(WEBHOOKS_WORKER_ENABLED) private readonly isEnabled: boolean,
    private readonly egress: EgressClient,
    private readonly signal: CommitSignal,
  ) {
    const now = (): number => database.now();
    const log = {
      warn: (message: string, error?: unknown) => this.#logger.warn(`${message}: ${textOf(error)}`),
    };
    this.#delivery = new DeliveryWorker(
      stores.lanes,
      stores.records,
      new TransportConfigs(secrets, (url) => egress.checkUrl(url), options),
      {
        request: (request) => egress.request(request),
        now,
        random: Math.random,
        clientErrors: options.clientErrors,
        userAgent: options.userAgent,
      },
      {
        ...options,
        holder: randomUUID(),
        policy: { ...options, disableAfterMs: options.disableAfterHours * 3_600_000 },
      },
      log,
    );
    this.#fanout = new FanoutWorker(stores.fanout, {
      pollMs: options.pollMs,
      now,
      told: (transportIds, contents) => this.#delivery.told(transportIds, contents),
      onError: (error, failures) => {
        if (failures === 1) log.warn('Fan-out failed', error);
      },
    });
  }

  onApplicationBootstrap(): void {
    if (!this.isEnabled) return;
    this.signal.listen(() => this.#fanout.wake());
    this.#fanout.start();
    this.#delivery.start();
  }

  /**
   * Stops this process's fan-out and delivery: nothing new is started, requests in flight may finish within
   * `drainTimeoutMs`, the rest goes back to the queue at once. Called by Nest on shutdown; call it yourself to
   * drain earlier, or when the application has no shutdown hooks. Emitting goes on working.
   */
  drain(): Promise<void> {
    this.#drained ??= this.#stop();
    return this.#drained;
  }

  onModuleDestroy(): Promise<void> {
    return this.drain();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.egress.close();
    await this.database.close();
  }

  async #stop(): Promise<void> {
    if (!this.isEnabled) return;
    await Promise.all([this.#fanout.stop(), this.#delivery.stop()]);
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
