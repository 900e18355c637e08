import type { NotificationEvent } from '../../domain/notification-event.js';
import type { RecoveryRow } from '../../persistence/ports/recovery-job.js';
import type { DeliveryStore } from '../../persistence/ports/delivery-store.js';
import type { StoredTransport } from '../../persistence/ports/lane-store.js';
import type { RecoveryStore } from '../../persistence/ports/recovery-store.js';
import type { HeldRecoveryRepository } from '../../persistence/repositories/held-recovery.repository.js';
import type { ReplayWebhook } from './match-events.js';
import type { RecoveryQuota } from './recovery-quota.js';

/** Length of the lease of a job, in ms. If its holder dies, another process goes on after this time. */
export const LEASE_MS = 10_000;
/** Rows that one statement reads: it takes some milliseconds, for which SQLite blocks the event loop. */
export const SCANNED_AT_ONCE = 2_000;

/** Dependencies and settings that the jobs of a process share. */
export interface RecoveryContext {
  readonly store: RecoveryStore;
  readonly deliveries: Pick<DeliveryStore, 'endedRange' | 'firstEndedFrom'>;
  readonly jobs: HeldRecoveryRepository;
  readonly quota: RecoveryQuota;
  /** The transport as it is configured; undefined: it was deleted. */
  readonly transportOf: (transportId: number) => Promise<StoredTransport | undefined>;
  readonly tenantIdOf: (tenantUid: string) => Promise<number | undefined>;
  readonly webhooksOf: (transportId: number) => Promise<readonly ReplayWebhook[]>;
  /** `maxConcurrency` of transports that set none. */
  readonly transportConcurrency: number;
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  /** Notifies the lane of a transport that it has new deliveries. */
  readonly notify: (transportId: number) => void;
  /** The event that reports the end of a job to its tenant; undefined: the end is not reported. */
  readonly eventOfEnd: (job: RecoveryRow) => NotificationEvent | undefined;
  /** Called when a job has ended. */
  readonly ended: (job: RecoveryRow) => void;
  readonly warn: (message: string, error: unknown) => void;
}

/** Bounds of the ids that a phase reads, both exclusive. */
export interface IdBounds {
  readonly afterId: number;
  readonly beforeId: number;
}
