import { eventually } from '../../support/eventually.js';
import { RETRY_SECONDS, type Emit } from './healthy-tenants.js';
import type { Arrival, ReceiverResponse } from './receivers.js';
import type { Scene } from './scene.js';
import { sleep } from './sizes.js';

export interface LateLanesOptions {
  readonly firstReceiver: number;
  /** The lease of the lane whose holder is killed. */
  readonly leaseMs: number;
}

/** The delay of each delivery after its due date, in ms. If it has not arrived, its delay up to now. */
export interface LateLanesReport {
  /** Due when the lease of the killed holder has ended. */
  readonly killedHolder: number;
  /** Due when the response to the command has arrived. */
  readonly resumed: number;
  /** Due when the `Retry-After` has ended. */
  readonly retryAfter: number;
}

const [KILLED_HOLDER, RESUMED, RETRY_AFTER] = [0, 1, 2];
const RETRY_AFTER_SECONDS = 3;
const GIVE_UP_AFTER_MS = 4_000;

/** Three healthy tenants with a delivery each that falls due without a notification: only polling finds their lanes. */
export class LateLanes {
  static readonly RECEIVERS = 3;
  readonly #arrivals: Arrival[][] = [[], [], []];
  #victim = '';
  #killedAt = 0;

  constructor(
    private readonly scene: Scene,
    private readonly options: LateLanesOptions,
  ) {}

  async route(): Promise<void> {
    const transport = { retryScheduleSeconds: RETRY_SECONDS };
    await this.scene.routeAll(
      [KILLED_HOLDER, RESUMED, RETRY_AFTER].map((place) => ({ ...this.#routeOf(place), transport })),
    );
    await this.scene.command('pause', [this.#routeOf(RESUMED)]);
  }

  respond(arrival: Arrival): ReceiverResponse | undefined {
    const place = arrival.receiver - this.options.firstReceiver;
    const arrivals = this.#arrivals[place];
    if (!arrivals) return undefined;
    arrivals.push(arrival);
    if (place === KILLED_HOLDER && arrival.sender === this.#victim) return 'never';
    if (place !== RETRY_AFTER || arrivals.length > 1) return { status: 204 };
    return { status: 503, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } };
  }

  /** Starts a process, and kills it when it holds a lane and waits for a response. Nothing else may be pending. */
  async killHolder(): Promise<void> {
    const route = this.#routeOf(KILLED_HOLDER);
    const victim = await this.scene.startWorker();
    this.#victim = victim.name;
    await victim.ask('emit', route.tenantUid);
    await victim.ask('emit', this.#routeOf(RESUMED).tenantUid);
    await eventually(async () => this.#arrivals[0]!.length > 0 && (await this.scene.queued()) === 2);
    await victim.kill();
    this.#killedAt = Date.now();
  }

  async run(emit: Emit): Promise<LateLanesReport> {
    const { at: emittedAt } = await emit(this.#routeOf(RETRY_AFTER).tenantUid);
    await this.scene.command('resume', [this.#routeOf(RESUMED)]);
    const resumedAt = Date.now();
    const [killedHolder, resumed, retryAfter] = await Promise.all([
      this.#lateness(KILLED_HOLDER, 1, () => this.#killedAt + this.options.leaseMs),
      this.#lateness(RESUMED, 0, () => resumedAt),
      this.#lateness(
        RETRY_AFTER,
        1,
        ([first]) => (first?.endedAt ?? emittedAt) + RETRY_AFTER_SECONDS * 1_000,
      ),
    ]);
    return { killedHolder, resumed, retryAfter };
  }

  /** The delay after `dueAt`, in ms. @param number which request of the tenant: 0 is the first one */
  async #lateness(
    place: number,
    number: number,
    dueAt: (arrivals: readonly Arrival[]) => number,
  ): Promise<number> {
    const arrivals = this.#arrivals[place]!;
    const giveUpAt = (): number => dueAt(arrivals) + GIVE_UP_AFTER_MS;
    while (!arrivals[number] && Date.now() < giveUpAt()) await sleep(20);
    return Math.max(0, (arrivals[number]?.at ?? Date.now()) - dueAt(arrivals));
  }

  #routeOf(place: number): { tenantUid: string; receiver: number } {
    return { tenantUid: `late-${place}`, receiver: this.options.firstReceiver + place };
  }
}
