import { afterAll, beforeAll, describe } from '@jest/globals';
import { eachDatabase } from './databases.js';
import { TestHost, type TestHostOptions } from './test-host.js';

const PLATFORMS = ['express', 'fastify'] as const;

/**
 * Runs a suite on each database and each HTTP platform: `host()` is the app, available in hooks and tests. The
 * suites of one database share it, so each test uses a tenant of its own (see `newTenant`).
 */
export function eachHost(
  suite: (host: () => TestHost) => void,
  webhooks: TestHostOptions['webhooks'] = { worker: false },
): void {
  eachDatabase((database) => {
    describe.each(PLATFORMS)('and %s', (platform) => {
      let host: TestHost | undefined;
      beforeAll(async () => {
        host = await TestHost.start({ database: database(), platform, webhooks });
      });
      suite(() => {
        if (!host) throw new Error('The host exists in hooks and tests, not while a suite is described.');
        return host;
      });
      afterAll(() => host?.close());
    });
  });
}

let tenants = 0;

/** The uid of a tenant that no other test of this file uses. */
export const newTenant = (): string => `tenant-${(tenants += 1)}`;
