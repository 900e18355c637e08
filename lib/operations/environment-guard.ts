import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { DeliverySwitch } from '../delivery/delivery-switch.js';
import { PollLoop } from '../timing/poll-loop.js';
import { withDeadline } from '../timing/with-deadline.js';
import { ENVIRONMENT_SETTING } from '../persistence/sql/environment-setting.js';
import type { SettingRepository } from '../persistence/repositories/setting.repository.js';
import { WebhooksLogger } from './webhooks-logger.js';

/** How often the environment is read from the database: the database may be replaced by a copy, or adopted, while the process runs. */
const LOOK_EVERY_MS = 2_000;
/** How long a read in progress may delay the shutdown, in ms. */
const STOP_LIMIT_MS = 1_000;

export interface EnvironmentOptions {
  /** The environment of this process. */
  readonly environment: string | undefined;
  /** Whether to assign the database to this environment at this start. */
  readonly adoptEnvironment: boolean;
}

/**
 * Prevents a copy of a database from sending. The database stores the environment that it belongs to. A process of any
 * other environment sends nothing until the database is adopted.
 */
export class EnvironmentGuard implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new WebhooksLogger();
  #remembered: string | undefined;
  /** When another statement last read the environment, on the clock of performance.now(). */
  #notedAt = -Infinity;
  #lastLook: Promise<void> = Promise.resolve();
  readonly #loop = new PollLoop({
    pollMs: LOOK_EVERY_MS,
    round: async () => {
      if (performance.now() - this.#notedAt > LOOK_EVERY_MS) await this.look();
      return false;
    },
    // While the database is unreachable, nothing is sent anyway, and other parts report the failure.
    onError: () => undefined,
  });

  private constructor(
    private readonly settings: SettingRepository,
    private readonly deliveries: DeliverySwitch,
    private readonly options: EnvironmentOptions,
  ) {}

  /** Decides before anything is sent. The first process with an environment stores it in the database. */
  static async open(
    settings: SettingRepository,
    deliveries: DeliverySwitch,
    options: EnvironmentOptions,
  ): Promise<EnvironmentGuard> {
    const guard = new EnvironmentGuard(settings, deliveries, options);
    await guard.#start();
    return guard;
  }

  /** The environment of this process; undefined: not set. */
  get own(): string | undefined {
    return this.options.environment;
  }

  /** The environment that the database belongs to, as last read; undefined: none. */
  get remembered(): string | undefined {
    return this.#remembered;
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await withDeadline(this.#loop.stop(), performance.now() + STOP_LIMIT_MS);
  }

  /** Reads the environment from the database now. Reads run one after another, so that an older result never replaces a newer one. */
  look(): Promise<void> {
    const look = this.#lastLook.then(async () => this.#judge(await this.settings.read(ENVIRONMENT_SETTING)));
    this.#lastLook = look.catch(() => undefined);
    return look;
  }

  /** Call this when another statement has read the environment that the database belongs to. */
  noteEnvironment(remembered: string | undefined): void {
    this.#notedAt = performance.now();
    this.#lastLook = this.#lastLook.then(() => this.#judge(remembered)).catch(() => undefined);
  }

  async #start(): Promise<void> {
    if (this.own === undefined) return this.#judge(await this.settings.read(ENVIRONMENT_SETTING));
    const remembered = await this.settings.writeIfAbsent(ENVIRONMENT_SETTING, this.own);
    if (!this.options.adoptEnvironment) return this.#judge(remembered);
    if (remembered !== this.own) {
      await this.settings.write(ENVIRONMENT_SETTING, this.own);
      this.#logger.warn(
        `The database of environment ${quoted(remembered)} has been adopted by ${quoted(this.own)}.`,
      );
    }
    this.#logger.warn(
      'Remove the option adoptEnvironment: while it is set, this process sends the deliveries of any database that it starts on, including copies.',
    );
    this.#judge(this.own);
  }

  #judge(remembered: string | undefined): void {
    const wasHeld = this.deliveries.holds.includes('ENVIRONMENT');
    const isForeign = remembered !== this.own;
    const isNews = !wasHeld || remembered !== this.#remembered;
    this.#remembered = remembered;
    if (isForeign && isNews) this.#logger.error(this.explanation);
    if (!isForeign && wasHeld) {
      this.#logger.log(`Deliveries resumed: the database belongs to environment ${quoted(this.own)} now.`);
    }
    this.deliveries.set('ENVIRONMENT', isForeign);
  }

  /** Why deliveries are held and what to do about it. It applies only while they are held. */
  get explanation(): string {
    const { own, remembered } = this;
    const remedy =
      own === undefined
        ? `If this process belongs to ${quoted(remembered)}, set the option environment: ${quoted(remembered)}.`
        : `If the database is a copy whose deliveries must never be sent, change nothing. To use it in this environment, first disable the ` +
          `transports that must not receive anything from it. Then run adoptEnvironment(dataSource, ${quoted(own)}) ` +
          'or start once with adoptEnvironment: true.';
    return (
      `DELIVERIES ARE HELD. The database belongs to environment ${quoted(remembered)}, this process to ${quoted(own)}. ` +
      `Nothing is sent, and nothing is lost: events are still stored. ${remedy}`
    );
  }
}

const quoted = (name: string | undefined): string => (name === undefined ? '(none)' : JSON.stringify(name));
