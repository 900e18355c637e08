import { DeliveryWorker } from './delivery/delivery-worker.js';
import { TransportConfigs } from './delivery/sending/transport-config.js';
import type { WorkerLog } from './delivery/worker-log.js';
import type { NotificationSink } from './domain/notification.js';
import type { EgressClient } from './egress/egress-client.js';
import { FanoutWorker } from './fanout/fanout-worker.js';
import { QuotaNotices } from './operations/notifications/quota-notices.js';
import { processName } from './operations/process-name.js';
import { createRecoveryWorker } from './operations/recovery/create-recovery-worker.js';
import type { RecoveryWorker } from './operations/recovery/recovery-worker.js';
import type { WebhooksLogger } from './operations/webhooks-logger.js';
import type { Database } from './persistence/ports/database.js';
import type { Stores } from './persistence/ports/stores.js';
import type { NotificationRepository } from './persistence/repositories/notification.repository.js';
import type { SecretBox } from './secrets/secret-box.js';
import type { Telemetry } from './telemetry/telemetry.js';
import { ElapsedClock } from './timing/elapsed-clock.js';
import type { WakeUps } from './wake-up/wake-ups.js';
import type { ResolvedWebhooksOptions } from './webhooks.resolved-options.js';

/** Interval at which fan-out and recoveries poll while wake-ups arrive and work checks find the missed ones, in ms. */
const RARE_POLL_MS = 60_000;

/** The parts of a process that its workers use. */
export interface WorkersContext {
  readonly database: Database;
  readonly stores: Stores;
  readonly secrets: SecretBox;
  readonly options: ResolvedWebhooksOptions;
  readonly egress: EgressClient;
  readonly wakeUps: WakeUps;
  readonly notifications: NotificationSink;
  readonly events: NotificationRepository;
  readonly telemetry: Telemetry;
  readonly logger: WebhooksLogger;
}

/** The workers of a process that work through events, deliveries and recoveries. */
export interface Workers {
  readonly fanout: FanoutWorker;
  readonly delivery: DeliveryWorker;
  readonly recoveries: RecoveryWorker;
}

/** Creates the workers of a process. None of them is started. */
export function createWorkers(context: WorkersContext): Workers {
  const { database, stores, options, wakeUps, notifications, telemetry, logger } = context;
  const now = (): number => database.now();
  const log = {
    warn: (message: string, error?: unknown) =>
      logger.warn(error === undefined ? message : `${message}: ${textOf(error)}`),
    debug: (message: string) => logger.debug(message),
  };
  const areWakeUpsProven = (): boolean => wakeUps.state === 'proven';
  const pollMs = (): number => (areWakeUpsProven() ? RARE_POLL_MS : options.pollMs);
  const holder = processName();
  const maxPendingPerTenant = options.maxPendingDeliveriesPerTenant;

  const delivery = createDeliveryWorker(context, { now, log, holder, areWakeUpsProven });
  const quotaNotices = new QuotaNotices({ ...context, maxPendingPerTenant, now, warn: log.warn });
  const fanout = new FanoutWorker(stores.fanout, stores.counts, {
    pollMs,
    now,
    notify: (lanes, contents) => delivery.notifyWorkAdded(lanes, contents),
    maxPendingPerTenant,
    onQuotaNear: (tenantUid, used) => quotaNotices.near(tenantUid, used),
    onQuotaExceeded: (tenantUid, pending) => quotaNotices.exceeded(tenantUid, pending),
    telemetry,
    onError: (error, failures) => {
      if (failures === 1) log.warn('Fan-out failed and is tried again', error);
    },
  });
  const recoveries = createRecoveryWorker(database, stores, {
    ...options,
    holder,
    environment: options.environment ?? '',
    pollMs,
    maxPendingPerTenant,
    notify: (transportId) => {
      delivery.workAdded([transportId]);
      wakeUps.announceWork([transportId]);
    },
    notifications,
    warn: log.warn,
  });
  return { fanout, delivery, recoveries };
}

/** The parts that the delivery worker shares with the other workers. */
interface Common {
  readonly now: () => number;
  readonly log: WorkerLog;
  readonly holder: string;
  readonly areWakeUpsProven: () => boolean;
}

function createDeliveryWorker(
  { stores, secrets, options, egress, wakeUps, notifications, telemetry }: WorkersContext,
  { now, log, holder, areWakeUpsProven }: Common,
): DeliveryWorker {
  const clock = new ElapsedClock();
  return new DeliveryWorker(
    stores,
    new TransportConfigs(secrets, (url) => egress.checkUrl(url), options),
    {
      send: (request, settled) => egress.send(request, settled),
      now,
      elapsed: () => clock.now(),
      random: Math.random,
      clientErrors: options.clientErrors,
      userAgent: options.userAgent,
    },
    {
      ...options,
      maxPerOrigin: options.egress.maxPerOrigin,
      holder,
      policy: { ...options, disableAfterMs: options.disableAfterHours * 3_600_000 },
      notifications,
      telemetry,
      propagatesTrace: options.telemetry.propagate,
      areWakeUpsProven,
      announceWork: (transportIds) => wakeUps.announceWork(transportIds),
    },
    log,
  );
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
