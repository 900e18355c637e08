import { Injectable } from '@nestjs/common';
import { RateLimitedError } from '../../errors/admin.errors.js';
import { ThrottleRepository, type Throttle } from '../../persistence/repositories/throttle.repository.js';

/** Limit of one transport: one test send in 5 s, which leaves time to look at the result of the previous one. */
export const PER_TRANSPORT: Throttle = { intervalMs: 5_000, burst: 1 };
/** Limit of all transports of a tenant, including deleted ones: 20 test sends at once, and then one in 3 s. */
const PER_TENANT: Throttle = { intervalMs: 3_000, burst: 20 };

/** Limits the rate of test sends over all processes, so that no tenant can use them to scan networks. */
@Injectable()
export class SampleSendLimits {
  constructor(private readonly throttles: ThrottleRepository) {}

  /**
   * Counts one test send towards the limits of the transport and of the tenant.
   *
   * @throws {RateLimitedError} if one of the limits is used up
   */
  async acquire(tenantUid: string, httpTransportUid: string): Promise<void> {
    const turns: [subject: string, throttle: Throttle][] = [
      [`test/${tenantUid}/${httpTransportUid}`, PER_TRANSPORT],
      [`test/${tenantUid}`, PER_TENANT],
    ];
    for (const [subject, throttle] of turns) {
      const waitMs = await this.throttles.take(subject, throttle);
      if (waitMs > 0) throw new RateLimitedError(waitMs);
    }
  }
}
