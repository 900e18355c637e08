import { Inject, Injectable } from '@nestjs/common';
import type { DeliveryStop } from '../../domain/delivery-stop.js';
import { DeliveryStopRepository } from '../../persistence/repositories/delivery-stop.repository.js';
import { WAKE_UPS, type WakeUps } from '../../wake-up/wake-ups.js';
import { GlobalStop } from './global-stop.js';

/** Stops and resumes the deliveries of all processes. Each command may be repeated. */
@Injectable()
export class GlobalStopService {
  constructor(
    private readonly stops: DeliveryStopRepository,
    private readonly state: GlobalStop,
    @Inject(WAKE_UPS) private readonly wakeUps: WakeUps,
  ) {}

  /** The stop in force; undefined: deliveries are not stopped. */
  read(): Promise<DeliveryStop | undefined> {
    return this.stops.read();
  }

  /**
   * Stops deliveries. From one second after the promise has resolved, no process starts a request.
   *
   * @param reason at most `MAX_STOP_REASON` characters; null: none
   * @param actor who stops them, for the audit; null: unknown
   * @returns the stop in force: an earlier one keeps its reason
   */
  async stop(reason: string | null, actor: string | null): Promise<DeliveryStop> {
    const stop = await this.stops.stop({ actor, reason });
    await this.#announce();
    return stop;
  }

  /** @returns whether deliveries were stopped */
  async resume(actor: string | null): Promise<boolean> {
    const wasStopped = await this.stops.resume(actor);
    await this.#announce();
    return wasStopped;
  }

  /** The change is committed. If this process cannot read it now, its loop does so later. */
  async #announce(): Promise<void> {
    this.wakeUps.announceSettings();
    await this.state.look().catch(() => undefined);
  }
}
