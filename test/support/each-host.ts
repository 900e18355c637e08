import { afterAll, beforeAll, describe } from '@jest/globals';
import { eachDatabase } from './databases.js';
import { TestHost, type TestHostOptions } from './test-host.js';

type Suite = (host: () => TestHost) => void;

/** The platform of each database, so that each platform occurs once. */
const PLATFORM_OF = { sqlite: 'fastify', postgres: 'express' } as const;
const DEFAULTS: TestHostOptions['webhooks'] = { worker: false };

/**
 * Runs a suite on SQLite with Fastify and on PostgreSQL with Express: `host()` is the app, available in hooks and tests.
 * Each test uses a tenant of its own (see `newTenant`).
 *
 * Two of the four combinations are enough, because the module's HTTP layer and its statements do not know each other.
 *
 * @param webhooks options of the module. Default: no worker
 */
export function eachHost(suite: Suite, webhooks = DEFAULTS): void {
  eachDatabase((database, kind) => {
    const platform = PLATFORM_OF[kind];
    describe(`and ${platform}`, () => {
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
