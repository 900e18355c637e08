import type { NotificationSink } from '../domain/notification.js';
import type { HealthPolicy } from '../domain/transport-health.js';
import type { Telemetry } from '../telemetry/telemetry.js';

/** Settings of a `DeliveryWorker`. */
export interface DeliveryWorkerOptions {
  /** Name of this process, unique among all processes that have ever used the database. */
  readonly holder: string;
  /** Maximum number of requests in flight. */
  readonly concurrency: number;
  /** Maximum number of requests in flight to one origin, over all tenants. */
  readonly maxPerOrigin: number;
  /** Length of a lease, in ms. A transport with a long time limit for attempts gets a longer lease (see `leaseFor`). */
  readonly leaseMs: number;
  /** Interval at which an idle process looks for due lanes, in ms. While `areWakeUpsProven`, it polls only rarely. */
  readonly pollMs: number;
  /** Maximum time that `stop` waits for requests in flight, in ms. */
  readonly drainTimeoutMs: number;
  readonly policy: HealthPolicy;
  readonly notifications: NotificationSink;
  readonly telemetry: Telemetry;
  /** See `DeliverySenderOptions`. */
  readonly propagatesTrace: boolean;
  /** Whether wake-ups of other processes arrive, and `lanesDueAt` is called about once a second. */
  readonly areWakeUpsProven: () => boolean;
  /** Announces lanes that have work which this process will not do: other processes hold them or may claim them. */
  readonly announceWork: (transportIds: readonly number[]) => void;
}
