import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { eachDatabase } from './databases.js';
import { Receiver } from './receiver.js';
import { TenantClient } from './tenant-client.js';
import { TestHost, type TestHostOptions } from './test-host.js';

/** The objects that a test of deliveries works with. */
export interface DeliveryScene {
  readonly host: TestHost;
  /** Each test has a receiver of its own. */
  readonly receiver: Receiver;
  /** Each test has a tenant of its own. */
  readonly tenant: TenantClient;
}

/** A schedule that a test can wait for. */
export const FAST_SCHEDULE_MS = [60, 60, 60];

/**
 * Runs a suite on each database with a host that delivers, retrying at {@link FAST_SCHEDULE_MS}: `scene()` is available in
 * hooks and tests.
 */
export function eachWorker(
  suite: (scene: () => DeliveryScene) => void,
  webhooks: TestHostOptions['webhooks'] = {},
): void {
  eachDatabase((database) => {
    let host: TestHost | undefined;
    let receiver: Receiver | undefined;
    let tenant: TenantClient | undefined;
    beforeAll(async () => {
      const options = { retryScheduleMs: FAST_SCHEDULE_MS, timeoutMs: 2_000, leaseMs: 6_000, ...webhooks };
      host = await TestHost.start({ database: database(), webhooks: options });
    });
    beforeEach(async () => {
      receiver = await Receiver.start();
      tenant = new TenantClient(host!);
    });
    suite(() => {
      if (!host || !receiver || !tenant)
        throw new Error('The scene exists in hooks and tests, not while a suite is described.');
      return { host, receiver, tenant };
    });
    afterEach(() => receiver?.close());
    afterAll(() => host?.close());
  });
}
