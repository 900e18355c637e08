import type { RecoveryReason } from '../../domain/recovery.js';
import { recoveryUidOf } from '../../domain/uid.js';
import { classify } from '../../persistence/errors/driver-errors.js';
import type { RecoveryRow } from '../../persistence/ports/recovery-job.js';
import type { EnqueuedBatch, EnqueueRefusal } from '../../persistence/ports/recovery-store.js';
import { ENDED_STATUSES } from '../../persistence/sql/delivery-sql.js';
import { CandidateReader } from './candidate-reader.js';
import type { WindowPart } from './candidate-window.js';
import { DeliveryCollector, type CollectPhase } from './collect-deliveries.js';
import { LEASE_MS, type RecoveryContext } from './recovery-context.js';
import { mostPending, RecoveryPace, waitMs, type PaceLimits } from './recovery-pace.js';

/** First and longest pause of a job that can enqueue nothing, in ms. The pause doubles each time. */
const FIRST_REST_MS = 50;
const LONGEST_REST_MS = 500;

/**
 * A job that this process holds. Each step is one short transaction that does a part of the work and moves the job's cursor,
 * so that a process may die at any time: the next holder continues at the cursor.
 */
export class RecoveryRun {
  readonly #reader: CandidateReader;
  readonly #collector: DeliveryCollector;
  readonly #pace = new RecoveryPace();
  #job: RecoveryRow;
  /** Due date of the last delivery that was enqueued. */
  #lastDueAt = 0;
  /** Maximum size of a batch: 1 after the database has refused one, to find the event at fault. */
  #mostAtOnce = Infinity;
  // Instants on the clock of performance.now():
  #leasedAt = performance.now();
  #progressedAt = performance.now();
  #nextStepAt = 0;
  #restMs = FIRST_REST_MS;

  constructor(
    job: RecoveryRow,
    private readonly context: RecoveryContext,
  ) {
    this.#job = job;
    this.#reader = new CandidateReader(context);
    this.#collector = new DeliveryCollector(context);
  }

  get id(): number {
    return this.#job.id;
  }

  /** When it last made progress, on the clock of performance.now(). */
  get progressedAt(): number {
    return this.#progressedAt;
  }

  /** Whether its next step is due. */
  get isDue(): boolean {
    return performance.now() >= this.#nextStepAt;
  }

  /** Does the next part. @returns whether the job is still held */
  async step(): Promise<boolean> {
    const job = this.#job;
    if (job.phase === 'CLEAN') return (await this.context.jobs.clean(job)) && this.#renewed();
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

  /** Releases the job, so that another process can claim it. */
  async release(delayMs = 0): Promise<void> {
    await this.context.jobs.release(this.#job, this.context.now() + delayMs);
  }

  async #collect(phase: CollectPhase): Promise<boolean> {
    const { jobs, tenantIdOf } = this.context;
    const job = this.#job;
    const tenantId = await tenantIdOf(job.tenantUid);
    if (tenantId === undefined) return this.#end('FAILED', 'TRANSPORT_DELETED');
    const { eventIds, next } = await this.#collector.read(job, phase, tenantId);
    if (!(await jobs.collect(job, eventIds, next, LEASE_MS))) return false;
    this.#progressed({ ...job, ...next });
    return true;
  }

  async #enqueue(limits: PaceLimits): Promise<boolean> {
    const { store, quota, now } = this.context;
    const job = this.#job;
    const { window } = this.#reader;
    if (!(await this.#reader.prepareRead(job))) return this.#end('FAILED', 'WEBHOOK_DELETED');
    if (window.isEmpty) {
      const isLeft = await this.#reader.fill(job);
      if (!isLeft) {
        // If the webhook was deleted within the last second, events may have been passed over, so the job has failed.
        const isDone = await this.#reader.prepareRead(job, false);
        return isDone ? this.#end('DONE', null) : this.#end('FAILED', 'WEBHOOK_DELETED');
      }
      if (window.isEmpty) return this.#write(window.peek(0));
    }
    const pending = await store.pending(job.transportId, mostPending(limits), now());
    const paced = Math.min(this.#pace.allowed(limits, pending, performance.now()), this.#mostAtOnce);
    if (paced === 0) return this.#rest();
    const capacity = await quota.capacity(job.tenantUid);
    if (capacity === 0) return this.#wait('QUOTA_REACHED');
    return this.#write(window.peek(Math.min(paced, capacity)));
  }

  /** @param refused number of events of the part that are passed over: the part is then only counted */
  async #write(part: WindowPart, refused = 0): Promise<boolean> {
    const { store, quota, now } = this.context;
    const job = this.#job;
    const { sendable, gone, cursorId } = part;
    const candidates = refused > 0 ? [] : sendable;
    const nowMs = now();
    const dueFrom = Math.max(nowMs - candidates.length, this.#lastDueAt + 1);
    let result: EnqueuedBatch | EnqueueRefusal;
    try {
      result = await store.enqueue({
        id: job.id,
        leaseToken: job.leaseToken,
        tenantUid: job.tenantUid,
        transportId: job.transportId,
        candidates,
        statuses: job.kind === 'RECOVER' ? job.statuses : ENDED_STATUSES,
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
    this.#reader.window.taken(part);
    this.#progressed({ ...job, cursorId });
    if (candidates.length > 0) this.#lastDueAt = dueFrom + candidates.length - 1;
    this.#mostAtOnce = Infinity;
    const enqueued = result.requeued + result.created;
    this.#pace.enqueued(enqueued);
    quota.added(job.tenantUid, enqueued);
    if (enqueued > 0) this.context.notify(job.transportId);
    return true;
  }

  /** If the database refuses a batch because of one of its rows, the job finds that row and skips it. */
  #failed(part: WindowPart, refused: number, error: unknown): Promise<boolean> {
    const kind = classify(error);
    // Another transaction holds the lane or one of the rows: a later step tries again.
    if (kind === 'busy' || kind === 'conflict') return this.#rest();
    const [first] = part.sendable;
    if (kind !== 'refused' || refused > 0 || !first) throw error;
    if (part.sendable.length > 1) {
      this.#mostAtOnce = 1;
      return this.#renewed();
    }
    const message = `Recovery ${recoveryUidOf(this.#job.id)} skipped event ${first.eventId} (id in webhook_event): the database refused its delivery`;
    this.context.warn(message, error);
    return this.#write(part, 1);
  }

  /** The job can do nothing now: it pauses, for longer each time. */
  #rest(): Promise<boolean> {
    this.#nextStepAt = performance.now() + this.#restMs;
    this.#restMs = Math.min(2 * this.#restMs, LONGEST_REST_MS);
    return this.#renewed();
  }

  async #renewed(): Promise<boolean> {
    if (performance.now() - this.#leasedAt < LEASE_MS / 3) return true;
    if (!(await this.context.jobs.renew(this.#job, LEASE_MS))) return false;
    this.#leasedAt = performance.now();
    return true;
  }

  /** The transaction that made the progress has also extended the lease. */
  #progressed(job: RecoveryRow): void {
    this.#job = job;
    this.#leasedAt = performance.now();
    this.#progressedAt = this.#leasedAt;
    this.#restMs = FIRST_REST_MS;
  }

  async #wait(reason: RecoveryReason): Promise<false> {
    const { jobs, now } = this.context;
    const nowMs = now();
    await jobs.wait(this.#job, reason, nowMs + waitMs(nowMs - this.#job.createdAt));
    return false;
  }

  async #end(state: 'DONE' | 'FAILED', reason: RecoveryReason | null): Promise<false> {
    const job = await this.context.jobs.end(this.#job, state, reason, this.context.eventOfEnd);
    if (job) this.context.ended(job);
    return false;
  }
}
