import type { LaneStore, QueuedDelivery } from '../persistence/lane-store.js';
import type { RecordStore, TransportRecord } from '../persistence/record-store.js';
import {
  concludeAttempt,
  crashedAttempt,
  prepareAttempt,
  sendAttempt,
  wasAborted,
  type AttemptContext,
  type ConcludedAttempt,
  type SentAttempt,
} from './attempt.js';
import type { OutgoingEvent } from './event-contents.js';
import { FailingWarnings } from './failing-warnings.js';
import type { LaneKeeper } from './lane-keeper.js';
import type { LaneReader } from './lane-reader.js';
import type { Lane } from './lane.js';
import { Recorder } from './recorder.js';
import type { TransportProblem } from './transport-config.js';
import type { WorkerLog } from './worker-log.js';

export interface DeliverySenderOptions {
  readonly context: AttemptContext;
  /** How long a transport fails before it is disabled. */
  readonly disableAfterMs: number;
  /** So many outcomes are written without waiting for those before them. */
  readonly fullGroup: number;
  /** What a delivery sends. */
  readonly contentOf: LaneReader['contentOf'];
  /** Something has happened in the lane. */
  readonly touch: (lane: Lane) => void;
  readonly log: WorkerLog;
}

/** The way of one delivery: its body, the request, what follows from the answer, and the record of it. */
export class DeliverySender {
  readonly #recorder: Recorder;
  readonly #warnings: FailingWarnings;
  readonly #abort = new AbortController();

  constructor(
    private readonly store: Pick<LaneStore, 'note' | 'unnote'>,
    records: Pick<RecordStore, 'record'>,
    private readonly keeper: Pick<LaneKeeper, 'noteUse'>,
    private readonly options: DeliverySenderOptions,
  ) {
    const { context, disableAfterMs, fullGroup, log } = options;
    this.#warnings = new FailingWarnings(disableAfterMs);
    this.#recorder = new Recorder(records, fullGroup, context.now, (error) =>
      log.warn('Recording failed', error),
    );
  }

  /** What has been answered and not written. */
  get backlog(): number {
    return this.#recorder.backlog;
  }

  /**
   * Sends a delivery that the lane has let go, and has the outcome recorded.
   *
   * @param answered makes room for the next request
   */
  send(lane: Lane, delivery: QueuedDelivery, answered: () => void): void {
    const content = this.options.contentOf(delivery);
    if (content instanceof Promise || lane.isRateLimited || lane.isCareful) {
      this.#sendWhenReady(lane, delivery, content, answered).catch((error: unknown) =>
        this.#failed(lane, delivery, answered, error),
      );
    } else {
      this.#send(lane, delivery, content, answered);
    }
  }

  /** Has deliveries fail of which processes have died. */
  condemn(lane: Lane, rows: readonly QueuedDelivery[]): void {
    for (const row of rows) {
      this.options.log.warn(
        `Delivery ${row.deliveryId} has ended its process each time it was sent: it is given up`,
      );
      const attempt = crashedAttempt(row, this.options.context.now());
      this.#recorder.add({
        attempt,
        written: (isOrphaned) => {
          if (!isOrphaned) lane.ended();
          this.#recorded(lane, row, null);
        },
      });
    }
  }

  /** Has deliveries wait that are behind an earlier one of their key. */
  park(lane: Lane, rows: readonly QueuedDelivery[]): void {
    for (const row of rows)
      this.#recorder.add({ parked: row, written: () => this.#recorded(lane, row, null) });
  }

  /**
   * Gives up the requests in flight, and writes what is left.
   *
   * @param giveUpAt performance.now() after which a database that is away is not tried again; in a second at the earliest
   */
  stop(giveUpAt: number): Promise<void> {
    this.#abort.abort();
    return this.#recorder.stop(giveUpAt);
  }

  /** Sends after what has to be waited for: the body, or a note in the database that it is being sent. */
  async #sendWhenReady(
    lane: Lane,
    delivery: QueuedDelivery,
    content: ReturnType<LaneReader['contentOf']>,
    answered: () => void,
  ): Promise<void> {
    const event = await content;
    const isOurs = !lane.isRateLimited || (await this.keeper.noteUse(lane));
    if (lane.isCareful) await this.store.note(delivery);
    // Again, since whatever was waited for has taken its time.
    if (isOurs && lane.mayStillSend(performance.now(), this.options.context.now()))
      this.#send(lane, delivery, event, answered);
    else await this.#takeBack(lane, delivery, answered);
  }

  #send(
    lane: Lane,
    delivery: QueuedDelivery,
    event: OutgoingEvent | TransportProblem,
    answered: () => void,
  ): void {
    const { context } = this.options;
    try {
      const prepared = prepareAttempt(delivery, event, lane.config, context, this.#abort.signal);
      sendAttempt(prepared, context, (sent) => this.#settled(lane, sent, answered));
    } catch (error) {
      this.#failed(lane, delivery, answered, error);
    }
  }

  #settled(lane: Lane, sent: SentAttempt, answered: () => void): void {
    const { delivery } = sent.prepared;
    if (wasAborted(sent)) {
      this.#takeBack(lane, delivery, answered).catch((error: unknown) =>
        this.#failed(lane, delivery, answered, error),
      );
      return;
    }
    const { context, touch } = this.options;
    let concluded: ConcludedAttempt;
    let transport: TransportRecord | undefined;
    try {
      concluded = concludeAttempt(sent, context);
      transport = lane.learn(concluded, context.now(), context.random());
    } catch (error) {
      return this.#failed(lane, delivery, answered, error);
    }
    answered();
    this.#recorder.add({
      attempt: concluded.record,
      ...(transport && { transport }),
      written: (isOrphaned) => {
        if (transport) lane.learnedIsRecorded(transport, performance.now());
        // Its date in the queue is not the one that this attempt led to.
        if (isOrphaned) lane.told();
        else if (concluded.record.nextDueAt === null) lane.ended();
        this.#recorded(lane, delivery, concluded.record.nextDueAt);
      },
    });
    touch(lane);
    // Last: the host's logger may throw.
    this.#warnOf(lane);
  }

  /** The attempt did not take place, or nobody waited for its end. */
  async #takeBack(lane: Lane, delivery: QueuedDelivery, answered: () => void): Promise<void> {
    if (lane.isCareful) await this.store.unnote(delivery);
    this.#giveUp(lane, delivery, answered);
  }

  #failed(lane: Lane, delivery: QueuedDelivery, answered: () => void, error: unknown): void {
    this.options.log.warn(`Delivery ${delivery.deliveryId} could not be attempted`, error);
    this.#giveUp(lane, delivery, answered);
  }

  /** Whoever reads the lane next sends it. */
  #giveUp(lane: Lane, delivery: QueuedDelivery, answered: () => void): void {
    answered();
    lane.returned(delivery);
    this.options.touch(lane);
  }

  #recorded(lane: Lane, delivery: QueuedDelivery, nextDueAt: number | null): void {
    lane.recorded(delivery, nextDueAt);
    this.options.touch(lane);
  }

  #warnOf(lane: Lane): void {
    const hoursLeft = this.#warnings.due(lane.transportId, lane.failingSince, this.options.context.now());
    if (hoursLeft === undefined) return;
    this.options.log.warn(
      `Every attempt to an http transport of tenant "${lane.tenantUid}" (number ${lane.transportId}) has failed since ` +
        `${new Date(lane.failingSince!).toISOString()}; it is disabled in ${Math.round(hoursLeft)} h unless one succeeds`,
    );
  }
}
