import type { RecoveryRow } from '../../persistence/ports/recovery-job.js';
import { CandidateWindow } from './candidate-window.js';
import { eventBounds } from './event-bounds.js';
import { candidateFor, matchEvents, type ReplayWebhook } from './match-events.js';
import { SCANNED_AT_ONCE, type IdBounds, type RecoveryContext } from './recovery-context.js';

/** Collected events that are read ahead. */
const ITEMS_AT_ONCE = 500;
/** How often a replay reads the webhooks of its transport, in ms: they may be changed or deleted in the middle of it. */
const WEBHOOKS_EVERY_MS = 1_000;

/**
 * Reads ahead the events that a job will enqueue: those that a recovery has collected, or those that a replay matches with the
 * webhooks of its transport.
 */
export class CandidateReader {
  readonly window = new CandidateWindow();
  #bounds: IdBounds | undefined;
  #webhooks: readonly ReplayWebhook[] = [];
  /** On the clock of performance.now(). */
  #webhooksReadAt = -Infinity;

  constructor(private readonly context: Pick<RecoveryContext, 'store' | 'webhooksOf'>) {}

  /**
   * Prepares the next read. If the webhooks have changed, the events are matched again.
   *
   * @param mayBeOld whether webhooks that were read within the last second suffice. Default true
   * @returns whether the job can go on; false: the webhook that it is limited to was deleted
   */
  async prepareRead({ kind, transportId, webhookId }: RecoveryRow, mayBeOld = true): Promise<boolean> {
    if (kind === 'RECOVER') return true;
    if (mayBeOld && performance.now() - this.#webhooksReadAt < WEBHOOKS_EVERY_MS) return true;
    const webhooks = await this.context.webhooksOf(transportId);
    this.#webhooksReadAt = performance.now();
    if (signatureOf(webhooks) !== signatureOf(this.#webhooks)) this.window.clear();
    this.#webhooks = webhooks;
    return webhookId === null || webhooks.some(({ id }) => id === webhookId);
  }

  /** Fills the window from the job's cursor. @returns whether there was anything to read, even if it contained no candidate */
  fill(job: RecoveryRow): Promise<boolean> {
    return job.kind === 'RECOVER' ? this.#readItems(job) : this.#readEvents(job);
  }

  async #readItems({ id, transportId, cursorId }: RecoveryRow): Promise<boolean> {
    const items = await this.context.store.items(id, transportId, cursorId, ITEMS_AT_ONCE);
    this.window.fill(items, items.at(-1)?.eventId ?? cursorId);
    return items.length > 0;
  }

  async #readEvents(job: RecoveryRow): Promise<boolean> {
    const { store } = this.context;
    this.#bounds ??= await eventBounds(store, job.since, job.until);
    const { rows, lastId } = await store.scanEvents(job.tenantUid, {
      afterId: Math.max(job.cursorId, this.#bounds.afterId),
      beforeId: this.#bounds.beforeId,
      limit: SCANNED_AT_ONCE,
    });
    if (lastId === null) this.window.clear();
    else this.window.fill(matchEvents(rows, this.#webhooks, job).map(candidateFor), lastId);
    return lastId !== null;
  }
}

/** A text that changes if the webhooks match other events than before. */
const signatureOf = (webhooks: readonly ReplayWebhook[]): string =>
  JSON.stringify(webhooks.map(({ id, action, enabled, ordered }) => [id, action, enabled, ordered]).sort());
