import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TenantExportLine } from 'nestjs-tillhook';
import { eachDatabase } from '../../support/databases.js';
import { Receiver } from '../../support/receiver.js';
import { TenantClient, type ApiTransport } from '../../support/tenant-client.js';
import { TestHost } from '../../support/test-host.js';
import { callTillhook, type CallOptions, type TillhookResult } from '../../support/tillhook.js';

const HOUR_MS = 3_600_000;

describe('The commands for the deliveries and events of a tenant', () => {
  eachDatabase((database) => {
    let host: TestHost;
    let receiver: Receiver;
    let tenant: TenantClient;
    let transport: ApiTransport;
    beforeAll(async () => {
      const webhooks = { retryScheduleMs: [HOUR_MS] };
      host = await TestHost.start({ database: database(), webhooks });
      receiver = await Receiver.start();
      tenant = new TenantClient(host);
      transport = await tenant.transport(receiver, { httpTransportUid: 'erp' }, { webhookUid: 'all' });
    });
    afterAll(async () => {
      await host?.close();
      await receiver?.close();
    });

    const call = (args: readonly string[], options: CallOptions = {}): Promise<TillhookResult> =>
      callTillhook([...args, '--tenant', tenant.tenantUid], {
        cwd: tmpdir(),
        env: { DATABASE_URL: database().url, USER: 'operator' },
        ...options,
      });
    const output = async (...args: string[]): Promise<string> => {
      const { exitCode, stdout, stderr } = await call(args);
      expect([exitCode, stderr]).toEqual([0, '']);
      return stdout;
    };

    it('explain an event: its delivery, what that waits for, and why other webhooks have none', async () => {
      await tenant.webhook(transport, { webhookUid: 'tills', action: 'TILL_OPEN' });
      receiver.respond({ status: 500 });
      const eventUid = await tenant.emit();
      await tenant.untilLog((log) => expect(log[0]).toMatchObject({ eventUid, attempts: 1 }));
      receiver.respond({ status: 204 });
      const story = await output('explain', eventUid);
      expect(story).toMatch(new RegExp(`^Event +${eventUid}\nAction +ORDER_SETTLED\n`));
      expect(story).toMatch(
        /^Webhook all of transport erp\n {2}Pending after 1 attempt, the last one with status 500\. Delivery dlv_\w+\.\n {2}Waits for its next attempt on the retry schedule, until \d{4}-.*Z at the latest\.\n {2}Recorded when it happened\.\n/m,
      );
      expect(story).toMatch(
        /^Webhook tills of transport erp\n {2}No delivery: the webhook subscribes to other actions\.\n {2}Derived from the present/m,
      );
      const { body } = await tenant.api.get<{ event: object; items: object[] }>(`/webhookevents/${eventUid}`);
      expect(JSON.parse(await output('explain', eventUid, '--json'))).toEqual({
        event: body.event,
        items: body.items,
      });
      const unknown = await call(['explain', 'nothing', '--json']);
      expect([unknown.exitCode, JSON.parse(unknown.stderr)]).toMatchObject([
        1,
        { error: { code: 'EVENT_NOT_FOUND' } },
      ]);
    });

    it('redeliver named deliveries, with a result for each', async () => {
      const [pending] = await tenant.log();
      expect(await output('redeliver', pending!.deliveryUid)).toBe('Accepted 1 of 1 redeliveries.\n');
      await tenant.untilLog((log) => expect(log[0]).toMatchObject({ status: 'DELIVERED', attempts: 2 }));
      const { exitCode, stdout, stderr } = await call([
        'redeliver',
        pending!.deliveryUid,
        'dlv_0000000000000',
      ]);
      expect([exitCode, stdout]).toEqual([
        1,
        expect.stringMatching(
          /^Accepted 1 of 2 redeliveries\.\nDELIVERY +CODE +MESSAGE\n{1}dlv_0{13} +DELIVERY_NOT_FOUND /,
        ),
      ]);
      expect(stderr).toBe('tillhook: Refused 1 of 2 redeliveries. The output says why.\n');
      const partial = await call(['redeliver', pending!.deliveryUid], { interrupted: AbortSignal.abort() });
      expect([partial.exitCode, partial.stderr]).toEqual([
        1,
        'tillhook: Interrupted. Requested 0 of 1 redeliveries. The others were not requested.\n',
      ]);
      const unknown = await call(['redeliver', 'dlv_0000000000000', '--json']);
      expect([unknown.exitCode, JSON.parse(unknown.stdout)]).toMatchObject([
        1,
        { deliveryUid: 'dlv_0000000000000', accepted: false, code: 'DELIVERY_NOT_FOUND' },
      ]);
      await tenant.untilLog((log) => expect(log[0]).toMatchObject({ status: 'DELIVERED', attempts: 3 }));
    });

    it('redeliver what a filter chooses, only with --yes, with progress on a terminal', async () => {
      await tenant.api.post('/httptransports/erp/disable', {});
      for (let n = 0; n < 3; n += 1) await tenant.emit();
      await tenant.untilLog((log) => expect(log.filter(({ status }) => status === 'MISSED')).toHaveLength(3));
      await tenant.api.post('/httptransports/erp/enable', {});
      const missed = ['redeliver', '--status', 'MISSED', '--transport', 'erp', '--since', '1h'];
      const refused = await call(missed);
      expect([refused.exitCode, refused.stdout, refused.stderr]).toEqual([
        2,
        '',
        expect.stringMatching(
          /^tillhook: Confirmation missing\. This sends 3 deliveries again\. Add --yes to continue\./,
        ),
      ]);
      const { exitCode, stdout, stderr } = await call([...missed, '--yes'], { isTerminal: true });
      expect([exitCode, stdout]).toEqual([0, 'Accepted 3 of 3 redeliveries.\n']);
      expect(stderr).toContain('100 %  Requested redeliveries: 3 of 3');
      await tenant.untilLog((log) => expect(log.every(({ status }) => status === 'DELIVERED')).toBe(true));
      expect(await output(...missed, '--yes')).toBe('No deliveries match.\n');
    });

    it.each([
      [['redeliver'], 2, 'Deliveries missing: give their uids, or a filter'],
      [['redeliver', 'dlv_1', '--status', 'FAILED'], 2, 'Both uids and a filter were given.'],
      [['deliveries', '--since', 'yesterday'], 2, 'Option "--since" is "yesterday". Use ISO 8601'],
      [['deliveries', '--since', '1h', '--until', '2h'], 2, 'Option "--since" is later than "--until".'],
      [['deliveries', '--status', 'LOST'], 2, 'status must be one of'],
      [['deliveries', '--limit', '0'], 2, 'Option "--limit" is "0". Use a whole number from 1 to 10000.'],
      [['purge-tenant'], 2, 'Confirmation missing. This erases everything of the tenant'],
    ])('refuse %j', async (args, code, message) => {
      const { exitCode, stdout, stderr } = await call(args);
      expect([exitCode, stdout, stderr]).toEqual([code, '', expect.stringContaining(message)]);
    });

    it('name the operator in the audit', async () => {
      await output('pause', 'erp');
      await output('resume', 'erp');
      const { body } = await tenant.api.get<{ items: { actor: string }[] }>('/webhookaudit');
      expect(body.items.slice(0, 2).map(({ actor }) => actor)).toEqual(['cli:operator', 'cli:operator']);
    });

    it('export the tenant as NDJSON, and then erase it with a report', async () => {
      const lines = (await output('export-tenant'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as TenantExportLine);
      expect(lines[0]).toMatchObject({ type: 'export', tenantUid: tenant.tenantUid });
      expect(lines.at(-1)).toEqual({ type: 'end', httpTransports: 1, webhooks: 2, deliveries: 4 });

      const onTerminal = await call(['export-tenant'], { isTerminal: true });
      expect(onTerminal.stderr).toBe('Exported 1 HTTP transports, 2 webhooks and 4 deliveries.\n');
      const partial = await call(['export-tenant'], { interrupted: AbortSignal.abort() });
      expect([partial.exitCode, partial.stderr]).toEqual([
        1,
        'tillhook: Interrupted. The export is incomplete.\n',
      ]);

      const interrupted = await call(['purge-tenant', '--yes'], { interrupted: AbortSignal.abort() });
      expect([interrupted.exitCode, interrupted.stderr]).toEqual([
        1,
        'tillhook: Interrupted. The tenant is erased in part. Run the command again to continue.\n',
      ]);
      const { exitCode, stdout, stderr } = await call(['purge-tenant', '--yes'], { isTerminal: true });
      expect([exitCode, stdout]).toEqual([
        0,
        expect.stringMatching(/^TABLE +DELETED ROWS\n[^]*webhook_delivery +4\n[^]*total +\d+\nEvery event/),
      ]);
      expect(stderr).toMatch(/\rDeleted rows: \d+/);
      expect(await output('purge-tenant', '--yes')).toMatch(/^No rows of the tenant ".*" were found\.\n$/);
      expect(JSON.parse(await output('purge-tenant', '--yes', '--json'))).toMatchObject({
        tenantUid: tenant.tenantUid,
        total: 0,
        isComplete: true,
      });
      expect(await output('transports')).toMatch(/has no HTTP transports/);
      expect(await output('deliveries')).toMatch(/has no deliveries that match/);
    });
  });
});
