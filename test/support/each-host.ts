import { afterAll, beforeAll, describe } from '@jest/globals';
import { eachDatabase } from './databases.js';
import type { DatabaseKind } from './test-database.js';
import { TestHost, type TestHostOptions } from './test-host.js';

type Suite = (host: () => TestHost) => void;
type Platform = (typeof PLATFORMS)[number];

const PLATFORMS = ['express', 'fastify'] as const;
/** Each database and each platform once. */
const DIAGONAL: Readonly<Record<DatabaseKind, readonly Platform[]>> = {
  sqlite: ['fastify'],
  postgres: ['express'],
};
const DEFAULTS: TestHostOptions['webhooks'] = { worker: false };

/**
 * Runs a suite on SQLite with Fastify and on PostgreSQL with Express: `host()` is the app, available in hooks and tests.
 * Each test uses a tenant of its own (see `newTenant`).
 *
 * Two of the four combinations are enough for most suites, because the module's HTTP layer and its statements do not know each
 * other. Use {@link eachHostCombination} if the subject is something that the platforms do differently.
 *
 * @param webhooks options of the module. Default: no worker
 */
export function eachHost(suite: Suite, webhooks = DEFAULTS): void {
  runOn((kind) => DIAGONAL[kind], suite, webhooks);
}

/**
 * Runs a suite on each database with each HTTP platform. Twice as slow as {@link eachHost}: for suites about body parsing,
 * headers, encodings, routes, status codes of the platform, and guards. The suites of one database share it.
 *
 * @param webhooks options of the module. Default: no worker
 */
export function eachHostCombination(suite: Suite, webhooks = DEFAULTS): void {
  runOn(() => PLATFORMS, suite, webhooks);
}

function runOn(
  platformsOf: (kind: DatabaseKind) => readonly Platform[],
  suite: Suite,
  webhooks: TestHostOptions['webhooks'],
): void {
  eachDatabase((database, kind) => {
    describe.each(platformsOf(kind))('and %s', (platform) => {
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
