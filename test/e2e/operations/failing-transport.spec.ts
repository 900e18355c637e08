import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eachDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { LogCapture } from '../../support/log-capture.js';
import { jsonOf, Receiver } from '../../support/receiver.js';
import { TenantClient } from '../../support/tenant-client.js';
import { TestHost } from '../../support/test-host.js';

const MINUTE_MS = 60_000;

describe('A transport to which every attempt fails, with disableAfterHours: 1', () => {
  eachDatabase((database) => {
    let logger: LogCapture;
    let host: TestHost;
    let receiver: Receiver;
    let alarms: Receiver;
    let tenant: TenantClient;
    beforeAll(async () => {
      [receiver, alarms] = await Promise.all([Receiver.start(), Receiver.start()]);
      receiver.respond({ status: 500 });
      logger = new LogCapture();
      const webhooks = { retryScheduleMs: [], disableAfterHours: 1 };
      host = await TestHost.start({ database: database(), webhooks, logger });
    });
    beforeEach(() => {
      tenant = new TenantClient(host);
      alarms.reset();
    });
    afterAll(async () => {
      await host?.close();
      await receiver?.close();
      await alarms?.close();
    });

    /** One more attempt fails after attempts have failed for this long, and the tenant was warned at this percentage. */
    const failAfter = async (minutes: number, failingWarned = 0): Promise<void> => {
      await tenant.transport(alarms, {}, { action: 'WEBHOOK_TRANSPORT_*' });
      await tenant.transport(receiver, { httpTransportUid: 'erp' });
      const failingSince = Date.now() - minutes * MINUTE_MS;
      await host.dataSource.query(
        `UPDATE webhook_http_transport SET failing_since = ${failingSince}, failing_warned = ${failingWarned}
          WHERE tenant_uid = '${tenant.tenantUid}' AND http_transport_uid = 'erp'`,
      );
      await tenant.emit();
      await eventually(() => alarms.requests.length > 0, { what: 'the notification' });
    };
    const warnings = (): string[] =>
      logger.at('warn', /will be disabled in/).filter((text) => text.includes(tenant.tenantUid));

    it('is reported in the log, and to its tenant, when a quarter of that time is left', async () => {
      await failAfter(46);
      expect(warnings()).toEqual([
        expect.stringMatching(
          /^Every attempt to HTTP transport "erp" of tenant .* will be disabled in 0 h unless/,
        ),
      ]);
      expect(jsonOf(alarms.requests[0]!)).toMatchObject({ cause: 'DISABLED_SOON', share: 0.75 });
    });

    it('is not reported in the log again by a process that claims the lane after the warning', async () => {
      await failAfter(46, 75);
      expect(warnings()).toEqual([]);
      expect(jsonOf(alarms.requests[0]!)).toMatchObject({ cause: 'DISABLED_SOON', share: 0.75 });
    });

    it('is disabled at the end of that time', async () => {
      await failAfter(61);
      const { body } = await tenant.api.get<object>('/httptransports/erp');
      expect(body).toMatchObject({ state: 'DISABLED', disabledReason: 'FAILING' });
      expect(alarms.requests[0]!.headers['x-webhook-action']).toBe('WEBHOOK_TRANSPORT_DISABLED');
    });
  });
});
