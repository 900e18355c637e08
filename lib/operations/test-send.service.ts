import { Inject, Injectable } from '@nestjs/common';
import { DeliverySwitch } from '../delivery/delivery-switch.js';
import { DeliveriesHeldError } from '../errors/deliveries-held.error.js';
import { HttpTransportRepository } from '../persistence/repositories/http-transport.repository.js';
import { STORES, type Stores } from '../persistence/stores.js';
import { EnvironmentGuard } from './environment-guard.js';
import { TestEvents } from './test-events.js';
import { TestSender, type TestSendResult } from './test-sender.js';
import { TestTurns } from './test-turns.js';

/**
 * Sends an example to a transport, in whatever state it is: it can be tried before it is enabled. That is no
 * delivery: nothing is queued or logged, and what the receiver answers changes nothing about the transport.
 */
@Injectable()
export class TestSendService {
  constructor(
    private readonly transports: HttpTransportRepository,
    private readonly events: TestEvents,
    private readonly turns: TestTurns,
    private readonly sender: TestSender,
    private readonly deliveries: DeliverySwitch,
    private readonly environment: EnvironmentGuard,
    @Inject(STORES) private readonly stores: Stores,
  ) {}

  /**
   * @param action whose example is sent. Default: see {@link TestEvents.make}
   * @returns undefined when the tenant has no such transport
   * @throws {UnknownActionError}
   * @throws {DeliveriesHeldError} while this process may not send
   * @throws {RateLimitedError}
   * @throws {OriginBusyError}
   */
  async send(
    tenantUid: string,
    httpTransportUid: string,
    action?: string,
  ): Promise<TestSendResult | undefined> {
    const transport = await this.transports.find(tenantUid, httpTransportUid);
    if (!transport) return undefined;
    const content = await this.events.make(tenantUid, httpTransportUid, action);
    this.#assertMaySend();
    await this.turns.take(tenantUid, httpTransportUid);
    const stored = (await this.stores.lanes.transports([transport.id])).get(transport.id);
    // After what is sent was read: a copy that was restored before that is noticed.
    await this.environment.look();
    this.#assertMaySend();
    return stored && this.sender.send(stored, content);
  }

  /** @throws {DeliveriesHeldError} */
  #assertMaySend(): void {
    if (!this.deliveries.isOn) throw new DeliveriesHeldError();
  }
}
