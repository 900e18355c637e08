import { collectedStatus, phaseAfter, type RecoveryPhase } from '../../domain/recovery.js';
import type { RecoveryRow } from '../../persistence/ports/recovery-job.js';
import { SCANNED_AT_ONCE, type IdBounds, type RecoveryContext } from './recovery-context.js';
import { matchesDelivery, recoverBounds } from './recover-range.js';

/** A phase that collects deliveries of one status. */
export type CollectPhase = 'COLLECT_FAILED' | 'COLLECT_MISSED';

/** The events that one step has collected, and where the job continues. */
export interface CollectedPart {
  /** Events of the deliveries that the job includes. */
  readonly eventIds: readonly number[];
  readonly next: { readonly phase: RecoveryPhase; readonly cursorId: number };
}

/** Reads the log for a recovery, part by part. */
export class DeliveryCollector {
  /** The ids that the present phase has to read. */
  #range: { readonly phase: CollectPhase; readonly bounds: IdBounds } | undefined;

  constructor(private readonly context: Pick<RecoveryContext, 'store' | 'deliveries'>) {}

  /** Reads the next part of the log, from the job's cursor. */
  async read(job: RecoveryRow, phase: CollectPhase, tenantId: number): Promise<CollectedPart> {
    const { store, deliveries } = this.context;
    const status = collectedStatus(phase);
    if (this.#range?.phase !== phase)
      this.#range = { phase, bounds: await recoverBounds(deliveries, tenantId, status, job) };
    const { bounds } = this.#range;
    const { rows, lastId, isFull } = await store.scanEnded(tenantId, job.transportId, status, {
      afterId: Math.max(job.cursorId, bounds.afterId),
      beforeId: bounds.beforeId,
      limit: SCANNED_AT_ONCE,
    });
    const eventIds = rows.filter((delivery) => matchesDelivery(delivery, job)).map(({ eventId }) => eventId);
    const next =
      isFull && lastId !== null
        ? { phase, cursorId: lastId }
        : { phase: phaseAfter(phase, job.statuses), cursorId: 0 };
    return { eventIds, next };
  }
}
