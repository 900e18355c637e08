import type { AuditStore } from './audit-store.js';
import type { BacklogStore } from './backlog-store.js';
import type { Carrier } from './carrier.js';
import type { DeliveryStore } from './delivery-store.js';
import type { EventListStore } from './event-list-store.js';
import type { EventStore } from './event-store.js';
import type { ExplainStore } from './explain-store.js';
import type { FanoutStore } from './fanout-store.js';
import type { LaneStore } from './lane-store.js';
import type { PurgeStore } from './purge-store.js';
import type { QueueCountStore } from './queue-count-store.js';
import type { RecordStore } from './record-store.js';
import type { RequestStore } from './request-store.js';
import type { StatisticStore } from './statistic-store.js';
import type { RetentionStore } from './retention-store.js';
import type { RecoveryStore } from './recovery-store.js';
import type { SweepStore } from './sweep-store.js';
import type { WorkCheckStore } from './work-check-store.js';

/** The stores whose statements differ between databases. Each database has its own implementation of every store. */
export interface Stores {
  readonly events: EventStore;
  readonly fanout: FanoutStore;
  readonly lanes: LaneStore;
  readonly records: RecordStore;
  readonly deliveries: DeliveryStore;
  readonly requests: RequestStore;
  readonly eventLists: EventListStore;
  readonly explain: ExplainStore;
  readonly audit: AuditStore;
  readonly sweep: SweepStore;
  readonly counts: QueueCountStore;
  readonly recoveries: RecoveryStore;
  readonly backlog: BacklogStore;
  readonly statistics: StatisticStore;
  readonly retention: RetentionStore;
  readonly purge: PurgeStore;
  /** Undefined: processes that share the database cannot wake each other, so each part of a process polls. */
  readonly workCheck: WorkCheckStore | undefined;
  /** Carries wake-ups between processes by means of the database itself. Undefined: it has none. */
  readonly carrier: Carrier | undefined;
}

/** Injection token of the `Stores`. */
export const STORES = 'nestjs-tillhook:Stores';
