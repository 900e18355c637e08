import { afterEach, describe, expect, it } from '@jest/globals';
import type { EventContent, LaneStore } from '../../lib/persistence/ports/lane-store.js';
import { STORES, type Stores } from '../../lib/persistence/ports/stores.js';
import { eachDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { LogCapture } from '../support/log-capture.js';
import { Receiver } from '../support/receiver.js';
import { TenantClient } from '../support/tenant-client.js';
import { TestHost, type TestHostOptions } from '../support/test-host.js';

/** Number of tenants. The bodies of their events are much larger together than `MOST_BYTES`, and a process holds all of their lanes at once. */
const TENANTS = 110;
/** Size of the text in each body, just below the limit of an event. */
const BODY_CHARS = 255 * 1024;
/** Maximum size of the bodies that are loaded at a time: one portion for deliveries that wait, and one that is read ahead. */
const MOST_BYTES = 2 * (8 * 1024 + 256) * 1024;

describe('a backlog of the largest bodies in many lanes', () => {
  eachDatabase((database) => {
    const hosts: TestHost[] = [];
    let receiver: Receiver | undefined;
    afterEach(async () => {
      for (const host of hosts.splice(0)) await host.close();
      await receiver?.close();
    });
    /** Starts a host. Its warnings are not printed: several hosts share this process, and one of them sends nothing. */
    const start = async (webhooks: TestHostOptions['webhooks'] = {}): Promise<TestHost> => {
      const host = await TestHost.start({ database: database(), webhooks, logger: new LogCapture() });
      hosts.push(host);
      return host;
    };

    it('is delivered with a few of them in memory at a time', async () => {
      receiver = await Receiver.start();
      const emitting = await start({ worker: false });
      for (let n = 0; n < TENANTS; n++) {
        const tenant = new TenantClient(emitting);
        await tenant.transport(receiver);
        const data = { order: { Uid: '700' }, note: 'x'.repeat(BODY_CHARS) };
        await emitting.emitter.emit('ORDER_SETTLED', data, { tenantUid: tenant.tenantUid });
      }
      // The host that fans out is not the one that delivers, so that no body is in the memory of the latter.
      await start({ deliveryEnabled: false });
      const isFanned = async (): Promise<boolean> =>
        (await emitting.dataSource.query<unknown[]>('SELECT 1 FROM webhook_outbox LIMIT 1')).length === 0;
      await eventually(isFanned, { withinMs: 60_000 });

      const delivering = await start();
      const seen = watch(delivering.app.get<Stores>(STORES, { strict: false }).lanes);
      let arrived = 0;
      receiver.respond(({ body }) => {
        if (body.length > BODY_CHARS) arrived++;
        // Forget the request: its memory is not that of the sender.
        receiver!.requests.length = 0;
        return { status: 204 };
      });
      await eventually(() => arrived === TENANTS, { withinMs: 60_000 });
      expect(seen.bytes).toBeGreaterThan((TENANTS - 1) * BODY_CHARS);
      expect(seen.mostBytes).toBeLessThanOrEqual(MOST_BYTES);
    }, 120_000);
  });
});

/** Counts the bytes of the bodies that are loaded: all of them, and the most that were loaded at the same time. */
function watch(lanes: LaneStore): { bytes: number; mostBytes: number } {
  const seen = { bytes: 0, mostBytes: 0 };
  let now = 0;
  const contents = lanes.contents.bind(lanes);
  lanes.contents = async (...asked): Promise<EventContent[]> => {
    const found = await contents(...asked);
    const bytes = found.reduce((sum, { body }) => sum + body.length, 0);
    seen.bytes += bytes;
    now += bytes;
    seen.mostBytes = Math.max(seen.mostBytes, now);
    setImmediate(() => (now -= bytes));
    return found;
  };
  return seen;
}
