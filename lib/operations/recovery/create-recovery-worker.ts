import type { NotificationSink } from '../../domain/notification.js';
import { recoveryUidOf } from '../../domain/uid.js';
import type { Database } from '../../persistence/ports/database.js';
import type { Stores } from '../../persistence/ports/stores.js';
import type { RecoveryRow } from '../../persistence/ports/recovery-job.js';
import { HeldRecoveryRepository } from '../../persistence/repositories/held-recovery.repository.js';
import { RecoveryRepository } from '../../persistence/repositories/recovery.repository.js';
import type { RecoveryContext } from './recovery-context.js';
import { RecoveryQuota } from './recovery-quota.js';
import { RecoveryWorker, type RecoveryWorkerOptions } from './recovery-worker.js';

/** The settings and neighbours of the recovery worker. */
export interface RecoverySetting
  extends RecoveryWorkerOptions, Pick<RecoveryContext, 'transportConcurrency' | 'notify' | 'warn'> {
  readonly notifications: NotificationSink;
  /** Maximum number of pending deliveries of a tenant. */
  readonly maxPendingPerTenant: number;
}

/** Puts together the recovery worker of a process. */
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
    ended: (job) => publishEnd(job, setting.notifications, now()),
    warn: setting.warn,
  };
  return new RecoveryWorker(context, setting);
}

function publishEnd(job: RecoveryRow, notifications: NotificationSink, nowMs: number): void {
  if (job.state !== 'DONE' || !notifications.isObserved) return;
  const { tenantUid, httpTransportUid, kind, payloadGone } = job;
  notifications.publish({
    type: 'recoveryDone',
    at: new Date(nowMs),
    tenantUid,
    httpTransportUid,
    recoveryUid: recoveryUidOf(job.id),
    kind,
    deliveries: job.requeued + job.created,
    payloadGone,
  });
}
