import type { QueuedDelivery } from '../../persistence/ports/lane-store.js';

/** Rows that were read and must not be sent now. */
export interface UnsentRows {
  /** They wait behind an earlier one of their key and have to be parked. */
  readonly behind: QueuedDelivery[];
  /** The last holder noted them and crashed before it recorded an outcome. */
  readonly crashed: QueuedDelivery[];
}

/** Decides which rows must not be sent now. */
export interface RowJudge {
  /** Whether the last holder crashed while it sent this row. */
  readonly hasCrashed: (row: QueuedDelivery) => boolean;
  /** Whether this process could not record the outcome of this row yet. */
  readonly isUnrecorded: (row: QueuedDelivery) => boolean;
}

/** Requested deliveries that were read and must not be sent now, and whether all requests of the lane were served. */
export interface RequestedRows extends Pick<UnsentRows, 'crashed'> {
  readonly areServed: boolean;
}

/** The result of a whole scan: at this version of the lane, nothing is due before `dueAt` (null: nothing is left). */
export interface ScanResult {
  readonly version: number;
  readonly dueAt: number | null;
}
