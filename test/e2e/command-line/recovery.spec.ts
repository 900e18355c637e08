import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eachDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { Receiver } from '../../support/receiver.js';
import { RecoveryClient, type ApiDryRun, type ApiRecovery } from '../../support/recoveries.js';
import { TenantClient } from '../../support/tenant-client.js';
import { TestHost } from '../../support/test-host.js';
import { callTillhook, type CallOptions } from '../../support/tillhook.js';

const MISSED = 5;

describe('The commands for recoveries and replays', () => {
  eachDatabase((database) => {
    let host: TestHost;
    let receiver: Receiver;
    let tenant: TenantClient;
    let jobs: RecoveryClient;
    beforeAll(async () => {
      host = await TestHost.start({ database: database() });
      receiver = await Receiver.start();
      tenant = new TenantClient(host);
      await tenant.transport(receiver, { httpTransportUid: 'erp' });
      jobs = new RecoveryClient(tenant.api, 'erp');
    });
    afterAll(async () => {
      await host?.close();
      await receiver?.close();
    });

    const env = () => ({ DATABASE_URL: database().url });
    const call = (args: readonly string[], options: CallOptions = {}) =>
      callTillhook([...args, '--tenant', tenant.tenantUid], { cwd: tmpdir(), env: env(), ...options });
    const output = async (...args: string[]): Promise<string> => {
      const { exitCode, stdout, stderr } = await call(args);
      expect([exitCode, stderr]).toEqual([0, '']);
      return stdout;
    };
    const command = async (name: string): Promise<void> => {
      const { status } = await tenant.api.post(`/httptransports/erp/${name}`, {});
      expect(status).toBe(200);
    };

    const untilQueued = (): Promise<ApiRecovery> =>
      eventually(async () => (await jobs.list()).items.find(({ state }) => state === 'QUEUED'));

    it('say that a tenant has no jobs', async () => {
      expect(await output('recoveries')).toBe(`Tenant ${tenant.tenantUid} has no recoveries or replays.\n`);
    });

    it('count what was missed, and recover it with progress until the job is done', async () => {
      await command('disable');
      for (let n = 0; n < MISSED; n += 1) await tenant.emit();
      await tenant.untilLogged({ status: 'MISSED' }, MISSED);
      await command('enable');
      const counted = JSON.parse(
        await output('recover', 'erp', '--since', '1h', '--dry-run', '--json'),
      ) as ApiDryRun;
      expect(counted).toMatchObject({ count: MISSED, payloadGone: 0 });
      expect(await output('recover', 'erp', '--since', '1h', '--status', 'MISSED', '--dry-run')).toMatch(
        /^Would send +5\n[^]*\nEVENT +CREATED +ACTION +DELIVERY +STATUS\n/,
      );
      const { exitCode, stdout, stderr } = await call(['recover', 'erp', '--since', '1h'], {
        isTerminal: true,
      });
      expect([exitCode, stdout]).toEqual([
        0,
        expect.stringMatching(/^Job +rec_\w+\n[^]*State +DONE\n[^]*Enqueued again +5\n/),
      ]);
      expect(stderr).toMatch(/\r\S+.*events (found|handled)/);
      await tenant.untilLogged({ status: 'DELIVERED' }, MISSED);
    });

    it('replay detached, list jobs, and show one', async () => {
      const started = JSON.parse(
        await output('replay', 'erp', '--since', '1h', '--action', 'ORDER_SETTLED', '--detach', '--json'),
      ) as ApiRecovery;
      expect(started).toMatchObject({ kind: 'REPLAY', httpTransportUid: 'erp' });
      await jobs.until(started, { state: 'DONE', requeued: MISSED });
      expect(await output('recoveries', '--transport', 'erp')).toMatch(
        new RegExp(`^JOB +CREATED [^]*\n${started.recoveryUid} .* REPLAY +erp +DONE `),
      );
      const ended = await jobs.get(started);
      expect(JSON.parse(await output('recoveries', started.recoveryUid, '--json'))).toEqual(ended);
      expect(JSON.parse(await output('recoveries', '--limit', '1', '--json'))).toEqual([ended]);
      expect(await output('recoveries', started.recoveryUid)).toMatch(/^Job +rec_\w+\nKind +REPLAY\n/);
      expect(await output('replay', 'erp', '--since', '1h', '--dry-run')).toMatch(/^Would send +5\n/);
      const text = await output('recover', 'erp', '--since', '1h', '--detach');
      const [, recoveryUid] = /^Started (rec_\w+)\. Show its progress: tillhook recoveries rec_/.exec(text)!;
      await jobs.until({ recoveryUid: recoveryUid! }, { state: 'DONE', requeued: 0 });
    });

    it('enable a transport and recover what it has missed', async () => {
      await command('disable');
      const eventUid = await tenant.emit();
      await tenant.untilLog((log) => expect(log[0]).toMatchObject({ eventUid, status: 'MISSED' }));
      expect(await output('enable', 'erp', '--recover')).toBe('Transport erp is ACTIVE.\n');
      await tenant.untilLog((log) => expect(log[0]).toMatchObject({ eventUid, status: 'DELIVERED' }));
      const [job] = (await jobs.list()).items;
      await jobs.until(job!, { kind: 'RECOVER', state: 'DONE', requeued: 1 });
    });

    it('leave the job running on an interrupt, and say how to cancel it', async () => {
      await command('pause');
      const interrupt = new AbortController();
      const waiting = call(['replay', 'erp', '--since', '1h'], { interrupted: interrupt.signal });
      const job = await untilQueued();
      interrupt.abort();
      const { exitCode, stderr } = await waiting;
      expect([exitCode, stderr]).toEqual([
        1,
        `tillhook: Interrupted. Job ${job.recoveryUid} continues without this command. ` +
          `Show it: tillhook recoveries ${job.recoveryUid} --tenant ${tenant.tenantUid}. ` +
          `Cancel it: tillhook cancel ${job.recoveryUid} --tenant ${tenant.tenantUid}.\n`,
      ]);
      expect((await jobs.get(job)).state).toBe('QUEUED');
      expect(await output('cancel', job.recoveryUid)).toBe(`Job ${job.recoveryUid} is CANCELLED.\n`);
      expect(JSON.parse(await output('cancel', job.recoveryUid, '--json'))).toEqual(await jobs.get(job));
      await command('resume');
    });

    it('fail if the job is cancelled while they wait', async () => {
      await command('pause');
      const waiting = call(['recover', 'erp', '--since', '1h']);
      const job = await untilQueued();
      await jobs.cancel(job);
      const { exitCode, stderr } = await waiting;
      expect([exitCode, stderr]).toEqual([
        1,
        expect.stringContaining(`Job ${job.recoveryUid} is CANCELLED.`),
      ]);
      await command('resume');
    });

    it('fail with the reason if the transport is disabled while they wait', async () => {
      await command('pause');
      const waiting = call(['recover', 'erp', '--since', '1h', '--json']);
      await untilQueued();
      await command('disable');
      const { exitCode, stdout, stderr } = await waiting;
      const message = expect.stringContaining('is FAILED: TRANSPORT_DISABLED.');
      expect([exitCode, JSON.parse(stdout), JSON.parse(stderr)]).toMatchObject([
        1,
        { state: 'FAILED', reason: 'TRANSPORT_DISABLED' },
        { error: { code: 'RECOVERY_FAILED', message } },
      ]);
      await command('enable');
    });

    it.each([
      [['recover', 'erp'], 2, 'Option "--since" missing'],
      [['replay', 'erp', '--since', '2030-01-01T00:00:00Z'], 2, 'since must not be in the future'],
      [['recover', 'nobody', '--since', '1h'], 1, 'No such HTTP transport'],
      [['recover', 'erp', '--since', '1h', '--status', 'PENDING'], 2, 'statuses'],
      [['cancel', 'rec_0000000000000'], 1, 'No such recovery'],
      [
        ['recoveries', 'rec_0000000000000', '--transport', 'erp'],
        2,
        'Both a job and "--transport" were given',
      ],
    ])('refuse %j', async (args, code, message) => {
      const { exitCode, stdout, stderr } = await call(args);
      expect([exitCode, stdout, stderr]).toEqual([code, '', expect.stringContaining(message)]);
    });
  });
});
