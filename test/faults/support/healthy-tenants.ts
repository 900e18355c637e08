import type { Committed } from './host-process.js';
import type { Arrival, ReceiverResponse } from './receivers.js';
import type { RouteSettings, Scene } from './scene.js';
import { sleep } from './sizes.js';

/** The waits before the retries. The second one is never used: it only allows a receiver a `Retry-After` of this length. */
export const RETRY_SECONDS = [1, 60];
/** The latest due date of a retry after the first attempt has failed: the wait with its jitter. */
const LATEST_RETRY_MS = 1_200;
const RESPONSE_DELAY_MS = 5;
/** How long after the last event a retry may still arrive, in ms. */
const GRACE_MS = LATEST_RETRY_MS + 3_500;
const STEP_MS = 20;

export interface HealthyOptions {
  /** The receivers of these tenants, one each, in this order. */
  readonly firstReceiver: number;
  /** Tenants whose events are delivered at the first attempt. */
  readonly steady: readonly string[];
  /** Tenants whose events fail once each. The next event of such a tenant is emitted after the retry has arrived. */
  readonly retrying?: readonly string[];
  /** Events of the steady tenants in a second, all together. Default 20. */
  readonly perSecond?: number;
}

/** Delays of the deliveries of healthy tenants. A delivery that has not arrived counts with its delay up to now. */
export interface HealthyReport {
  /** From commit to arrival, in ms. */
  readonly firstAttemptsMs: readonly number[];
  /** From the due date of a retry to its arrival, in ms. */
  readonly retriesLateMs: readonly number[];
}

/** Emits an event and says when it was committed: see `HostProcess.ask('emit', …)`. */
export type Emit = (tenantUid: string) => Promise<Committed>;

/** Tenants with a little steady traffic and receivers that respond at once: they must not notice what others do. */
export class HealthyTenants {
  /** Everything that was emitted, with its tenant's receiver. */
  readonly emitted: (Committed & { readonly receiver: number })[] = [];
  readonly #arrivals = new Map<string, Arrival[]>();
  readonly #steady: readonly string[];
  readonly #retrying: readonly string[];

  constructor(private readonly options: HealthyOptions) {
    this.#steady = options.steady;
    this.#retrying = options.retrying ?? [];
  }

  get #endReceiver(): number {
    return this.options.firstReceiver + this.#steady.length + this.#retrying.length;
  }

  async route(scene: Scene, settings: Partial<RouteSettings> = {}): Promise<void> {
    const tenants = [...this.#steady, ...this.#retrying];
    const transport = { retryScheduleSeconds: RETRY_SECONDS };
    const { firstReceiver } = this.options;
    await scene.routeAll(
      tenants.map((tenantUid, n) => ({ tenantUid, receiver: firstReceiver + n, transport, ...settings })),
    );
  }

  /** The response of a receiver of these tenants; undefined: the request went to another receiver. */
  respond(arrival: Arrival): ReceiverResponse | undefined {
    const { receiver, eventUid } = arrival;
    if (receiver < this.options.firstReceiver || receiver >= this.#endReceiver) return undefined;
    const arrivals = this.#arrivals.get(eventUid) ?? [];
    this.#arrivals.set(eventUid, [...arrivals, arrival]);
    const fails = this.#isRetrying(receiver) && arrivals.length === 0;
    return { status: fails ? 500 : 204, afterMs: RESPONSE_DELAY_MS };
  }

  /** Emits for `forMs` ms. Reports when everything has arrived, at the latest `GRACE_MS` after the last event. */
  async run(forMs: number, emit: Emit): Promise<HealthyReport> {
    const begun = this.emitted.length;
    const until = performance.now() + forMs;
    const first = this.options.firstReceiver + this.#steady.length;
    await Promise.all([
      this.#emitSteadily(until, emit),
      ...this.#retrying.map((tenantUid, n) => this.#emitInTurn(tenantUid, first + n, until, emit)),
    ]);
    const emitted = this.emitted.slice(begun);
    const giveUpAt = performance.now() + GRACE_MS;
    while (performance.now() < giveUpAt && !emitted.every((event) => this.#isDelivered(event))) {
      await sleep(STEP_MS);
    }
    return this.#report(emitted);
  }

  async #emitSteadily(until: number, emit: Emit): Promise<void> {
    const { perSecond = 20, firstReceiver } = this.options;
    for (let n = 0; performance.now() < until; n += 1) {
      const place = n % this.#steady.length;
      const [committed] = await Promise.all([emit(this.#steady[place]!), sleep(1_000 / perSecond)]);
      this.emitted.push({ ...committed, receiver: firstReceiver + place });
    }
  }

  async #emitInTurn(tenantUid: string, receiver: number, until: number, emit: Emit): Promise<void> {
    while (performance.now() < until) {
      const event = { ...(await emit(tenantUid)), receiver };
      this.emitted.push(event);
      while (performance.now() < until && !this.#isDelivered(event)) await sleep(STEP_MS);
      // Wait until its lane is released, so that the retry has to be found by polling.
      await sleep(STEP_MS);
    }
  }

  #report(emitted: readonly (Committed & { receiver: number })[]): HealthyReport {
    const now = Date.now();
    const arrivals = emitted.map(({ eventUid }) => this.#arrivals.get(eventUid) ?? []);
    const failed = arrivals.filter(([first]) => first && this.#isRetrying(first.receiver));
    return {
      firstAttemptsMs: emitted.map(({ at }, n) => (arrivals[n]![0]?.at ?? now) - at),
      retriesLateMs: failed.map(([first, second]) => {
        const dueAt = (first!.endedAt ?? first!.at) + LATEST_RETRY_MS;
        return Math.max(0, (second?.at ?? now) - dueAt);
      }),
    };
  }

  #isDelivered({ eventUid, receiver }: { eventUid: string; receiver: number }): boolean {
    return (this.#arrivals.get(eventUid)?.length ?? 0) > Number(this.#isRetrying(receiver));
  }

  #isRetrying(receiver: number): boolean {
    return receiver >= this.options.firstReceiver + this.#steady.length;
  }
}

/** `prefix-0` to `prefix-(count - 1)`. */
export const named = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
