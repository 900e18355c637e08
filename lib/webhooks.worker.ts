import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import { DeliverySwitch } from './delivery/delivery-switch.js';
import type { DeliveryWorker } from './delivery/delivery-worker.js';
import type { WorkerRounds, WorkerStatus } from './delivery/worker-status.js';
import { EgressClient } from './egress/egress-client.js';
import type { FanoutWorker } from './fanout/fanout-worker.js';
import { EnvironmentGuard } from './operations/environment-guard.js';
import { GlobalStop } from './operations/global-stop/global-stop.js';
import { NotificationHub } from './operations/notifications/notification-hub.js';
import { OverlapNotices } from './operations/notifications/overlap-notices.js';
import { RecoverySignal } from './operations/recovery/recovery-signal.js';
import type { RecoveryWorker } from './operations/recovery/recovery-worker.js';
import { RetentionJob } from './operations/retention/retention-job.js';
import { WebhooksLogger } from './operations/webhooks-logger.js';
import { CommitSignal } from './emitter/commit-signal.js';
import { DATABASE, type Database } from './persistence/ports/database.js';
import { NotificationRepository } from './persistence/repositories/notification.repository.js';
import { SECRET_BOX, type SecretBox } from './secrets/secret-box.js';
import { STORES, type Stores } from './persistence/ports/stores.js';
import { readWaitingWork, type WaitingWork } from './persistence/sql/unfinished-work.js';
import { TELEMETRY, type Telemetry } from './telemetry/telemetry.js';
import { withDeadline } from './timing/with-deadline.js';
import { WAKE_UPS, type WakeUps } from './wake-up/wake-ups.js';
import type { ResolvedWebhooksOptions } from './webhooks.resolved-options.js';
import { createWorkers } from './webhooks.workers.js';
import { WEBHOOKS_OPTIONS, WEBHOOKS_WORKER_ENABLED } from './webhooks.tokens.js';

/** How long requests in flight may continue after deliveries are switched off, in ms. */
const GRACE_MS = 500;
/** Time limit for the last wake-ups, in ms. */
const LAST_WAKE_UPS_MS = 1_000;
/** Time limit for closing the connections to the database, in ms. */
const CLOSE_LIMIT_MS = 5_000;
const SWITCHED = {
  on: 'Deliveries of this process are switched on.',
  off: 'Deliveries of this process are switched off; pending deliveries are kept.',
};

/** The unfinished work of a worker, and whether the worker can do it now. */
export interface UnfinishedWork extends WaitingWork {
  /** Number of requests that the receivers have not responded to yet. */
  readonly inFlight: number;
  /** Whether the worker of this process is running: from the application's bootstrap until `drain` is called. */
  readonly isRunning: boolean;
  /** Whether deliveries are switched off or stopped, or the database belongs to another environment. */
  readonly isHeld: boolean;
}

/**
 * The background part of the module in this process, from the application's bootstrap to its shutdown: fan-out, delivery,
 * recoveries, retention, and the notification before the overlap of a rotated secret ends.
 */
@Injectable()
export class WebhooksWorker
  implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown, WorkerStatus
{
  readonly #logger = new WebhooksLogger();
  readonly #fanout: FanoutWorker;
  readonly #delivery: DeliveryWorker;
  readonly #recoveries: RecoveryWorker;
  #drained: Promise<void> | undefined;
  #closed: Promise<void> | undefined;
  #isStarted = false;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORES) stores: Stores,
    @Inject(SECRET_BOX) secrets: SecretBox,
    @Inject(WEBHOOKS_OPTIONS) private readonly options: ResolvedWebhooksOptions,
    @Inject(WEBHOOKS_WORKER_ENABLED) readonly isEnabled: boolean,
    private readonly egress: EgressClient,
    private readonly signal: CommitSignal,
    @Inject(WAKE_UPS) private readonly wakeUps: WakeUps,
    private readonly deliveries: DeliverySwitch,
    private readonly environment: EnvironmentGuard,
    private readonly stop: GlobalStop,
    notifications: NotificationHub,
    private readonly retention: RetentionJob,
    private readonly recoverySignal: RecoverySignal,
    private readonly overlaps: OverlapNotices,
    events: NotificationRepository,
    @Inject(TELEMETRY) telemetry: Telemetry,
  ) {
    const { fanout, delivery, recoveries } = createWorkers({
      database,
      stores,
      secrets,
      options,
      egress,
      wakeUps,
      notifications,
      events,
      telemetry,
      logger: this.#logger,
    });
    this.#fanout = fanout;
    this.#delivery = delivery;
    this.#recoveries = recoveries;
    deliveries.onChange(() => this.#applySwitches());
    stop.watchWhile(() => this.lanes > 0 || this.inFlight > 0);
    deliveries.set('SWITCHED_OFF', !options.deliveryEnabled);
    this.#applySwitches();
  }

  get inFlight(): number {
    return this.#delivery.inFlight;
  }

  get lanes(): number {
    return this.#delivery.lanes;
  }

  get missingKeyIds(): readonly string[] {
    return this.#delivery.missingKeyIds;
  }

  get rounds(): WorkerRounds {
    return { fanOut: this.#fanout.rounds, ...this.#delivery.rounds };
  }

  get tenantsOverQuota(): number {
    return this.#fanout.tenantsOverQuota;
  }

  get #isRunning(): boolean {
    return this.#isStarted && this.#drained === undefined;
  }

  /** Looks for work now instead of at the next poll: events that other processes have committed, and deliveries that have become due. */
  wake(): void {
    if (!this.#isRunning) return;
    this.#fanout.wake();
    this.#delivery.lookAtEverything();
    this.#recoveries.wake();
  }

  /** The work that is left now. It reads the whole queue, so it is only for tests. */
  async unfinishedWork(): Promise<UnfinishedWork> {
    // A closed app has no connection any more.
    const waiting = this.#isRunning ? await readWaitingWork(this.database) : { events: 0, deliveries: 0 };
    return {
      ...waiting,
      inFlight: this.inFlight,
      isRunning: this.#isRunning,
      isHeld: !this.deliveries.isOn,
    };
  }

  /**
   * Switches the deliveries of this process off or on. Off: no request starts any more, not even a test send. Requests in
   * flight are aborted after half a second, and deliveries stay in the queue. Emitting and the admin API continue to work.
   * On: the queue is sent, including the aborted deliveries, with the same `webhook-id`. Other processes are not affected.
   */
  setDeliveryEnabled(isEnabled: boolean): void {
    if (this.deliveries.holds.includes('SWITCHED_OFF') !== isEnabled) return;
    this.#logger.warn(isEnabled ? SWITCHED.on : SWITCHED.off);
    this.deliveries.set('SWITCHED_OFF', !isEnabled);
  }

  onApplicationBootstrap(): void {
    this.signal.listen(() => this.wakeUps.announceEvents());
    if (!this.isEnabled) return;
    if (this.deliveries.holds.includes('SWITCHED_OFF')) this.#logger.warn(SWITCHED.off);
    this.signal.listen(() => this.#fanout.wake());
    this.#fanout.start();
    this.#delivery.start();
    this.retention.start();
    this.overlaps.start();
    this.recoverySignal.listen(() => this.#recoveries.wake());
    this.#recoveries.start();
    this.#isStarted = true;
    this.wakeUps.listen({
      eventsCommitted: () => this.#fanout.wakeForEventsOfOthers(),
      workAdded: (transportIds) => this.#delivery.workAdded(transportIds),
      settingsChanged: () => this.stop.wake(),
      workChecked: ({ hasEvents, dueDates, recoveryDueAt, environment, stop, sentAt }) => {
        this.environment.noteEnvironment(environment);
        this.stop.note(stop, sentAt);
        if (hasEvents) this.#fanout.wake();
        this.#delivery.lanesDueAt(dueDates);
        if (recoveryDueAt !== null && recoveryDueAt <= this.database.now()) this.#recoveries.wake();
      },
      missed: () => {
        this.#fanout.wake();
        this.#delivery.lookAtEverything();
      },
    });
  }

  /**
   * Stops fan-out, delivery, recoveries and retention in this process. No request starts any more, requests in flight may
   * finish within `drainTimeoutMs`, and the other deliveries return to the queue at once. Nest calls this method on shutdown.
   * Call it yourself to drain earlier, or if the application has no shutdown hooks. Emitting continues to work.
   */
  drain(): Promise<void> {
    this.#drained ??= this.#stop();
    return this.#drained;
  }

  onModuleDestroy(): Promise<void> {
    return this.drain();
  }

  onApplicationShutdown(): Promise<void> {
    // An application may be closed twice.
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.egress.close();
    const closeBy = performance.now() + CLOSE_LIMIT_MS;
    await withDeadline(this.wakeUps.close(), performance.now() + LAST_WAKE_UPS_MS);
    // If the database has stopped responding, closing its connections may not end either.
    await withDeadline(this.database.close(), closeBy);
  }

  /** Applies the delivery switch to egress and to each background part of this process. */
  #applySwitches(): void {
    const { isOn, holds } = this.deliveries;
    if (isOn) this.egress.resume();
    this.#delivery.setEnabled(isOn);
    if (!isOn) this.egress.suspend(GRACE_MS);
    // If deliveries are switched off or stopped, fan-out continues, so that the queue is filled. If the database belongs to
    // another environment, fan-out, recoveries and retention stop, too.
    const isForeign = holds.includes('ENVIRONMENT');
    this.#fanout.setEnabled(!isForeign);
    this.#recoveries.setEnabled(!isForeign);
    this.retention.setEnabled(!isForeign);
    this.overlaps.setEnabled(!isForeign);
  }

  async #stop(): Promise<void> {
    if (!this.isEnabled) return;
    // From now on, other processes fan out the events of this one.
    this.signal.listen(() => this.wakeUps.announceEvents());
    // If fan-out does not commit in time, another process repeats it. There is no need to wait longer for it than for requests.
    await Promise.all([
      withDeadline(this.#fanout.stop(), performance.now() + this.options.drainTimeoutMs),
      this.#recoveries.stop(),
      this.#delivery.stop(),
      withDeadline(this.retention.stop(), performance.now() + this.options.drainTimeoutMs),
      withDeadline(this.overlaps.stop(), performance.now() + this.options.drainTimeoutMs),
    ]);
  }
}
