import { notificationEvent } from '../../domain/notification-event.js';
import type { NotificationSink, RecoveryDone } from '../../domain/notification.js';
import { recoveryUidOf } from '../../domain/uid.js';
import type { Database } from '../../persistence/ports/database.js';
import type { Stores } from '../../persistence/ports/stores.js';
import type { RecoveryRow } from '../../persistence/ports/recovery-job.js';
import { HeldRecoveryRepository } from '../../persistence/repositories/held-recovery.repository.js';
import { RecoveryRepository } from '../../persistence/repositories/recovery.repository.js';
import type { RecoveryContext } from './recovery-context.js';
import { RecoveryQuota } from './recovery-quota.js';
import { RecoveryWorker, type RecoveryWorkerOptions } from './recovery-worker.js';

/** Settings of the recovery worker, and the other parts of the process that it calls. */
export interface RecoverySetting
  extends RecoveryWorkerOptions, Pick<RecoveryContext, 'transportConcurrency' | 'notify' | 'warn'> {
  readonly notifications: NotificationSink;
  /** Maximum number of pending deliveries of a tenant. */
  readonly maxPendingPerTenant: number;
}

/** Creates the recovery worker of a process. */
export function createRecoveryWorker(
  database: Database,
  { recoveries, deliveries, lanes, counts }: Pick<Stores, 'recoveries' | 'deliveries' | 'lanes' | 'counts'>,
  setting: RecoverySetting,
): RecoveryWorker {
  const all = new RecoveryRepository(database);
  const now = (): number => database.now();
  const context: RecoveryContext = {
    store: recoveries,
    deliveries,
    jobs: new HeldRecoveryRepository(database, setting.warn),
    quota: new RecoveryQuota(counts, setting.maxPendingPerTenant),
    transportOf: async (transportId) => (await lanes.transports([transportId])).get(transportId),
    tenantIdOf: (tenantUid) => all.tenantId(tenantUid),
    webhooksOf: (transportId) => all.webhooksOf(transportId),
    transportConcurrency: setting.transportConcurrency,
    now,
    notify: setting.notify,
    eventOfEnd: (job) => {
      const done = doneOf(job, now());
      return done && notificationEvent(done);
    },
    ended: (job) => {
      const done = doneOf(job, now());
      if (done) setting.notifications.publish(done);
    },
    warn: setting.warn,
  };
  return new RecoveryWorker(context, setting);
}

/** The notification of a job that has enqueued everything that it found; undefined for one that ended early. */
function doneOf(job: RecoveryRow, nowMs: number): RecoveryDone | undefined {
  if (job.state !== 'DONE') return undefined;
  const { tenantUid, httpTransportUid, kind, payloadGone } = job;
  return {
    type: 'recoveryDone',
    at: new Date(nowMs),
    tenantUid,
    httpTransportUid,
    recoveryUid: recoveryUidOf(job.id),
    kind,
    deliveries: job.requeued + job.created,
    payloadGone,
  };
}
