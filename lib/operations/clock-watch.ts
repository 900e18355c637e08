import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DATABASE, type Database } from '../persistence/ports/database.js';
import { WebhooksLogger } from './webhooks-logger.js';

/** A larger offset is logged as a warning. */
const TOLERANCE_MS = 30_000;
const LOOK_EVERY_MS = 15_000;

/**
 * Warns if the clock of this process differs from the database's. The module itself is not affected, because it uses only
 * the database's clock, but other software in this process has the wrong time.
 */
@Injectable()
export class ClockWatch implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new WebhooksLogger();
  #timer: NodeJS.Timeout | undefined;
  #hasWarned = false;

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  onApplicationBootstrap(): void {
    this.look();
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  /** Checks the offset that was last measured. @returns a warning, which is logged when it is new */
  look(): string | undefined {
    const offsetMs = this.database.clockOffsetMs;
    const isSkewed = Math.abs(offsetMs) > TOLERANCE_MS;
    const warning =
      `The clock of this process is ${Math.round(Math.abs(offsetMs) / 1_000)} s ` +
      `${offsetMs > 0 ? 'behind' : 'ahead of'} the database's clock, which the module uses. Synchronize both (NTP).`;
    if (isSkewed && !this.#hasWarned) this.#logger.warn(warning);
    this.#hasWarned = isSkewed;
    return isSkewed ? warning : undefined;
  }
}
