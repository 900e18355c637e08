import { collectedStatus, phaseAfter, type RecoveryReason } from '../../domain/recovery.js';
import { recoveryUidOf } from '../../domain/uid.js';
import { classify } from '../../persistence/errors/driver-errors.js';
import type { DeliveryStore } from '../../persistence/ports/delivery-store.js';
import type { StoredTransport } from '../../persistence/ports/lane-store.js';
import type { EnqueuedBatch, RecoveryStore } from '../../persistence/ports/recovery-store.js';
import type { RecoveryRepository, RecoveryRow } from '../../persistence/repositories/recovery.repository.js';
import { ENDED } from '../../persistence/sql/delivery-sql.js';
import { CandidateWindow, type WindowPart } from './candidate-window.js';
import { eventBounds } from './event-bounds.js';
import { candidateFor, matchEvents, type ReplayWebhook } from './match-events.js';
import { mostPending, RecoveryPace, type PaceLimits } from './recovery-pace.js';
import type { RecoveryQuota } from './recovery-quota.js';
import { matchesDelivery, recoverBounds } from './recover-range.js';

/** Length of the lease of a job, in ms. If its holder dies, another process goes on after this time. */
export const LEASE_MS = 10_000;
/** Rows that one statement reads: it takes some milliseconds, for which SQLite blocks the event loop. */
const SCANNED_AT_ONCE = 2_000;
/** Collected events that are read ahead. */
const ITEMS_AT_ONCE = 500;
/** How often a replay reads the webhooks of its transport, in ms: they may be changed or deleted in the middle of it. */
const WEBHOOKS_EVERY_MS = 1_000;
/** When a job that waits is looked at again, in ms. */
const WAIT_MS = 2_000;

/** What the jobs of a process share. */
export interface RecoveryContext {
  readonly store: RecoveryStore;
  readonly deliveries: Pick<DeliveryStore, 'endedRange' | 'firstEndedFrom'>;
  readonly jobs: RecoveryRepository;
  readonly quota: RecoveryQuota;
  /** The transport as it is configured; undefined: it was deleted. */
  readonly transportOf: (transportId: number) => Promise<StoredTransport | undefined>;
  readonly tenantIdOf: (tenantUid: string) => Promise<number | undefined>;
  readonly webhooksOf: (transportId: number) => Promise<readonly ReplayWebhook[]>;
  /** `maxConcurrency` of transports that set none. */
  readonly transportConcurrency: number;
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  /** The lane of a transport has new deliveries. */
  readonly notify: (transportId: number) => void;
  /** A job has ended. */
  readonly ended: (job: RecoveryRow) => void;
  readonly warn: (message: string, error: unknown) => void;
}

/** Bounds of the ids that a phase reads, both exclusive. */
interface Bounds {
  readonly afterId: number;
  readonly beforeId: number;
}

/**
 * A job that this process holds. Each step is one short transaction that does a part of the work and moves the job's cursor,
 * so that a process may die at any time: the next holder continues at the cursor.
 */
export class RecoveryRun {
  readonly #window = new CandidateWindow();
  readonly #pace = new RecoveryPace();
  #job: RecoveryRow;
  #bounds: Bounds | undefined;
  /** Due date of the last delivery that was enqueued. */
  #lastDueAt = 0;
  #webhooks: readonly ReplayWebhook[] = [];
  /** Instants of performance.now(). */
  #webhooksReadAt = -Infinity;
  #leasedAt = performance.now();
  /** Maximum size of a batch: 1 after the database has refused one, to find the event at fault. */
  #mostAtOnce = Infinity;

  constructor(
    job: RecoveryRow,
    private readonly context: RecoveryContext,
  ) {
    this.#job = job;
  }

  get id(): number {
    return this.#job.id;
  }

  /** Does the next part. @returns whether the job is still held */
  async step(): Promise<boolean> {
    const job = this.#job;
    if (job.phase === 'CLEAN') return this.#kept(await this.context.jobs.clean(job));
    const transport = await this.context.transportOf(job.transportId);
    if (!transport) return this.#end('FAILED', 'TRANSPORT_DELETED');
    if (transport.state === 'DISABLED') return this.#end('FAILED', 'TRANSPORT_DISABLED');
    if (transport.state === 'PAUSED') return this.#wait('TRANSPORT_PAUSED');
    switch (job.phase) {
      case 'COLLECT_FAILED':
      case 'COLLECT_MISSED':
        return this.#collect(job.phase);
      case 'ENQUEUE':
      case 'REPLAY':
        return this.#enqueue({
          ...transport,
          maxConcurrency: transport.maxConcurrency ?? this.context.transportConcurrency,
        });
      case null:
        return false;
    }
  }

  /** Gives the job up, so that another process can claim it at once. */
  async release(delayMs = 0): Promise<void> {
    await this.context.jobs.release(this.#job, this.context.now() + delayMs);
  }

  async #collect(phase: 'COLLECT_FAILED' | 'COLLECT_MISSED'): Promise<boolean> {
    const { jobs, store, deliveries, tenantIdOf } = this.context;
    const job = this.#job;
    const status = collectedStatus(phase);
    const tenantId = await tenantIdOf(job.tenantUid);
    if (tenantId === undefined) return this.#end('FAILED', 'TRANSPORT_DELETED');
    this.#bounds ??= await recoverBounds(deliveries, tenantId, status, job);
    const { rows, lastId, isFull } = await store.scanEnded(tenantId, job.transportId, status, {
      afterId: Math.max(job.cursorId, this.#bounds.afterId),
      beforeId: this.#bounds.beforeId,
      limit: SCANNED_AT_ONCE,
    });
    const found = rows.filter((delivery) => matchesDelivery(delivery, job)).map(({ eventId }) => eventId);
    const next = isFull
      ? { phase, cursorId: lastId! }
      : { phase: phaseAfter(phase, job.statuses), cursorId: 0 };
    if (!(await jobs.collect(job, found, next, LEASE_MS))) return false;
    this.#leased({ ...job, ...next });
    if (!isFull) this.#bounds = undefined;
    return true;
  }

  async #enqueue(limits: PaceLimits): Promise<boolean> {
    const { store, quota, now } = this.context;
    const job = this.#job;
    if (job.kind === 'REPLAY' && !(await this.#readWebhooks())) return this.#end('FAILED', 'WEBHOOK_DELETED');
    if (this.#window.isEmpty) {
      const outcome = await this.#fill();
      if (outcome !== 'FILLED') return outcome === 'HELD';
    }
    const pending = await store.pending(job.transportId, mostPending(limits), now());
    const paced = Math.min(this.#pace.allowed(limits, pending, performance.now()), this.#mostAtOnce);
    if (paced === 0) return this.#renewed();
    const capacity = await quota.capacity(job.tenantUid);
    if (capacity === 0) return this.#wait('QUOTA_REACHED');
    return this.#write(this.#window.peek(Math.min(paced, capacity)));
  }

  /** Reads the next candidates. @returns `HELD`: there were none; the job goes on with the next step */
  async #fill(): Promise<'FILLED' | 'HELD' | 'RELEASED'> {
    const isLeft = this.#job.kind === 'RECOVER' ? await this.#readItems() : await this.#readEvents();
    if (!this.#window.isEmpty) return 'FILLED';
    if (isLeft) return (await this.#write(this.#window.peek(0))) ? 'HELD' : 'RELEASED';
    await this.#end('DONE', null);
    return 'RELEASED';
  }

  async #readItems(): Promise<boolean> {
    const { id, transportId, cursorId } = this.#job;
    const items = await this.context.store.items(id, transportId, cursorId, ITEMS_AT_ONCE);
    this.#window.fill(items, items.at(-1)?.eventId ?? cursorId);
    return items.length > 0;
  }

  /**
   * Reads the webhooks, once in a while. If they have changed, the events are matched again.
   *
   * @returns whether the webhook that the job is limited to exists
   */
  async #readWebhooks(): Promise<boolean> {
    if (performance.now() - this.#webhooksReadAt < WEBHOOKS_EVERY_MS) return true;
    const { transportId, webhookId } = this.#job;
    const webhooks = await this.context.webhooksOf(transportId);
    this.#webhooksReadAt = performance.now();
    if (signatureOf(webhooks) !== signatureOf(this.#webhooks)) this.#window.clear();
    this.#webhooks = webhooks;
    return webhookId === null || webhooks.some(({ id }) => id === webhookId);
  }

  async #readEvents(): Promise<boolean> {
    const { store } = this.context;
    const job = this.#job;
    this.#bounds ??= await eventBounds(store, job.since, job.until);
    const afterId = Math.max(job.cursorId, this.#bounds.afterId);
    const { rows, lastId } = await store.scanEvents(job.tenantUid, {
      afterId,
      beforeId: this.#bounds.beforeId,
      limit: SCANNED_AT_ONCE,
    });
    this.#window.fill(matchEvents(rows, this.#webhooks, job).map(candidateFor), lastId ?? afterId);
    return lastId !== null;
  }

  async #write(part: WindowPart, refused = 0): Promise<boolean> {
    const { store, quota, now } = this.context;
    const job = this.#job;
    const { sendable, gone, cursorId } = part;
    const candidates = refused > 0 ? [] : sendable;
    const nowMs = now();
    const dueFrom = Math.max(nowMs - candidates.length, this.#lastDueAt + 1);
    let result: Awaited<ReturnType<RecoveryStore['enqueue']>>;
    try {
      result = await store.enqueue({
        id: job.id,
        leaseToken: job.leaseToken,
        tenantUid: job.tenantUid,
        transportId: job.transportId,
        candidates,
        statuses: job.kind === 'RECOVER' ? job.statuses : ENDED,
        dueFrom,
        now: nowMs,
        leaseUntil: nowMs + LEASE_MS,
        cursorId,
        found: job.kind === 'REPLAY' ? sendable.length + gone : 0,
        payloadGone: gone,
        refused,
      });
    } catch (error) {
      return this.#failed(part, refused, error);
    }
    if (result === 'LOST') return false;
    if (result === 'NO_LANE') return this.#end('FAILED', 'TRANSPORT_DELETED');
    this.#window.taken(part);
    this.#leased({ ...job, cursorId });
    this.#written(result, candidates.length, dueFrom);
    quota.added(job.tenantUid, result.requeued + result.created);
    return true;
  }

  #written({ requeued, created }: EnqueuedBatch, tried: number, dueFrom: number): void {
    if (tried > 0) this.#lastDueAt = dueFrom + tried - 1;
    this.#mostAtOnce = Infinity;
    this.#pace.enqueued(requeued + created);
    if (requeued + created > 0) this.context.notify(this.#job.transportId);
  }

  /** If the database refuses a batch because of one of its rows, the job finds that row and passes over it. */
  #failed(part: WindowPart, refused: number, error: unknown): Promise<boolean> {
    const kind = classify(error);
    // Another transaction holds the lane: the next step tries again.
    if (kind === 'busy') return this.#renewed();
    const [first] = part.sendable;
    if (kind !== 'refused' || refused > 0 || !first) throw error;
    if (part.sendable.length > 1) {
      this.#mostAtOnce = 1;
      return this.#renewed();
    }
    const { id } = this.#job;
    const message = `Recovery ${recoveryUidOf(id)} passes over event ${first.eventId}, which cannot be enqueued`;
    this.context.warn(message, error);
    return this.#write(part, 1);
  }

  async #renewed(): Promise<boolean> {
    if (performance.now() - this.#leasedAt < LEASE_MS / 3) return true;
    if (!(await this.context.jobs.renew(this.#job, LEASE_MS))) return false;
    this.#leased(this.#job);
    return true;
  }

  #leased(job: RecoveryRow): void {
    this.#job = job;
    this.#leasedAt = performance.now();
  }

  #kept(isLeft: boolean): Promise<boolean> {
    return isLeft ? this.#renewed() : Promise.resolve(false);
  }

  async #wait(reason: RecoveryReason): Promise<false> {
    await this.context.jobs.wait(this.#job, reason, this.context.now() + WAIT_MS);
    return false;
  }

  async #end(state: 'DONE' | 'FAILED', reason: RecoveryReason | null): Promise<false> {
    const job = await this.context.jobs.end(this.#job, state, reason);
    if (job) this.context.ended(job);
    return false;
  }
}

/** A text that changes if the webhooks match other events than before. */
const signatureOf = (webhooks: readonly ReplayWebhook[]): string =>
  JSON.stringify(webhooks.map(({ id, action, enabled, ordered }) => [id, action, enabled, ordered]).sort());
