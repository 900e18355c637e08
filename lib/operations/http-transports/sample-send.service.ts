import { Inject, Injectable } from '@nestjs/common';
import { DeliverySwitch } from '../../delivery/delivery-switch.js';
import { DeliveriesHeldError } from '../../errors/admin.errors.js';
import { HttpTransportRepository } from '../../persistence/repositories/http-transport.repository.js';
import { STORES, type Stores } from '../../persistence/ports/stores.js';
import { EnvironmentGuard } from '../environment-guard.js';
import { GlobalStop } from '../global-stop/global-stop.js';
import { SampleEvents } from './sample-events.js';
import { SampleSender, type SampleSendResult } from './sample-sender.js';
import { SampleSendLimits } from './sample-send-limits.js';

/**
 * Sends an example to a transport in any state, so that it can be tested before it is enabled. A test send is not a
 * delivery: nothing is queued or logged, and the receiver's response does not change the transport.
 */
@Injectable()
export class SampleSendService {
  constructor(
    private readonly transports: HttpTransportRepository,
    private readonly events: SampleEvents,
    private readonly limits: SampleSendLimits,
    private readonly sender: SampleSender,
    private readonly deliveries: DeliverySwitch,
    private readonly environment: EnvironmentGuard,
    private readonly stop: GlobalStop,
    @Inject(STORES) private readonly stores: Stores,
  ) {}

  /**
   * @param action the action whose example is sent. Default: see {@link SampleEvents.make}
   * @returns undefined if the tenant has no such transport
   * @throws {UnknownActionError}
   * @throws {DeliveriesHeldError} while this process must not send
   * @throws {RateLimitedError}
   * @throws {OriginBusyError}
   */
  async send(
    tenantUid: string,
    httpTransportUid: string,
    action?: string,
  ): Promise<SampleSendResult | undefined> {
    const transport = await this.transports.find(tenantUid, httpTransportUid);
    if (!transport) return undefined;
    const content = await this.events.make(tenantUid, httpTransportUid, action);
    this.#assertMaySend();
    await this.limits.acquire(tenantUid, httpTransportUid);
    const stored = (await this.stores.lanes.transports([transport.id])).get(transport.id);
    // Check again after the transport was read: it may come from a copy that has just replaced the database.
    await Promise.all([this.environment.look(), this.stop.look()]);
    this.#assertMaySend();
    return stored && this.sender.send(stored, content);
  }

  /** @throws {DeliveriesHeldError} */
  #assertMaySend(): void {
    if (!this.deliveries.isOn) throw new DeliveriesHeldError();
  }
}
