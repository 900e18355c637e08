import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { DeliverySwitch } from '../../delivery/delivery-switch.js';
import { stopOf, type DeliveryStop } from '../../domain/delivery-stop.js';
import type { SettingRepository } from '../../persistence/repositories/setting.repository.js';
import { STOP_SETTING } from '../../persistence/sql/stop-setting.js';
import { PollLoop } from '../../timing/poll-loop.js';
import { withDeadline } from '../../timing/with-deadline.js';
import { WebhooksLogger } from '../webhooks-logger.js';
import { describeStop } from './describe-stop.js';

/**
 * How often a process that holds lanes reads the setting, in ms. Such a process has deliveries in memory, which it sends
 * without another statement. Even if wake-ups are lost, this interval and the duration of a read together are well below the
 * promised second.
 */
const LOOK_WHILE_BUSY_MS = 400;
/**
 * How often a process without lanes reads the setting if no work check (see `WorkCheckStore`) has read it, in ms. Such a
 * process cannot claim a lane while deliveries are stopped, so the interval only delays its health report and the end of the
 * stop.
 */
const LOOK_WHILE_IDLE_MS = 3_000;
/** How long a read in progress may delay the shutdown, in ms. */
const STOP_LIMIT_MS = 1_000;

/**
 * Holds the deliveries of this process while an operator has stopped those of all processes. The stop is a row of
 * `webhook_setting`. The process reads it when a wake-up arrives, with each work check, and in a loop of its own. If the
 * database cannot be read, the last known state stays; then the lanes cannot be checked either, so sending ends within a second.
 */
export class GlobalStop implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new WebhooksLogger();
  #current: DeliveryStop | undefined;
  /** When a stop was last read, and when any state was last read, on the clock of performance.now(). */
  #stoppedAt = -Infinity;
  #notedAt = -Infinity;
  #isBusy: () => boolean = () => false;
  readonly #loop = new PollLoop({
    pollMs: LOOK_WHILE_BUSY_MS,
    round: async () => {
      const age = performance.now() - this.#notedAt;
      // An error must not make the loop back off: the first read after an outage has to be as early as any other.
      if (this.#isBusy() || age >= LOOK_WHILE_IDLE_MS) await this.look().catch(() => undefined);
      return false;
    },
    onError: () => undefined,
  });

  private constructor(
    private readonly settings: SettingRepository,
    private readonly deliveries: DeliverySwitch,
  ) {}

  /** Reads the state before anything is sent. If the database cannot be read, the process does not start. */
  static async open(settings: SettingRepository, deliveries: DeliverySwitch): Promise<GlobalStop> {
    const stop = new GlobalStop(settings, deliveries);
    await stop.look();
    return stop;
  }

  /** Why deliveries are held and how to resume them. It applies only while they are stopped. */
  get explanation(): string {
    return describeStop(this.#current);
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await withDeadline(this.#loop.stop(), performance.now() + STOP_LIMIT_MS);
  }

  /**
   * Sets the check that decides how often the loop reads the setting.
   *
   * @param isBusy returns whether this process may have deliveries in memory
   */
  watchWhile(isBusy: () => boolean): void {
    this.#isBusy = isBusy;
  }

  /** Reads the state from the database now. */
  async look(): Promise<void> {
    const sentAt = performance.now();
    this.note(await this.settings.read(STOP_SETTING), sentAt);
  }

  /** Call this when a wake-up reports a change of the state. */
  wake(): void {
    void this.look().catch(() => undefined);
  }

  /**
   * Call this when a statement has read the setting. Statements run on several connections, so results may arrive out of
   * order. A stop always counts. Its absence counts only if the statement was sent after the stop was last seen;
   * otherwise an old result would start deliveries again.
   *
   * @param text the value of the setting; undefined: there is none
   * @param sentAt when the statement was sent, on the clock of performance.now()
   */
  note(text: string | undefined, sentAt: number): void {
    const now = performance.now();
    if (text === undefined && sentAt <= this.#stoppedAt) return;
    this.#notedAt = now;
    if (text !== undefined) this.#stoppedAt = now;
    const wasStopped = this.#current !== undefined;
    this.#current = text === undefined ? undefined : stopOf(text);
    const isStopped = this.#current !== undefined;
    if (isStopped && !wasStopped) this.#logger.warn(`DELIVERIES ARE STOPPED. ${this.explanation}`);
    if (wasStopped && !isStopped) this.#logger.warn('Deliveries resumed: an operator has ended the stop.');
    this.deliveries.set('STOPPED_BY_OPERATOR', isStopped);
  }
}
