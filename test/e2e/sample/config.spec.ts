import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { resolveOptions } from '../../../lib/webhooks.resolved-options.js';
import { loadConfig } from '../../../sample-app/config/app-config.js';
import { describeDatabase } from '../../../sample-app/config/database-target.js';
import { describeStartError } from '../../../sample-app/config/start-error.js';

const KEY = Buffer.alloc(32, 7).toString('base64');

describe('the sample app reads its environment', () => {
  it('starts on port 3000 with a SQLite file, loopback receivers and everything switched on by default', () => {
    expect(loadConfig({})).toEqual({
      port: 3000,
      database: { kind: 'sqlite', file: path.resolve('data/pos.sqlite') },
      worker: true,
      paymentSecrets: [],
      controllers: true,
      exampleTraffic: true,
      webhooks: {
        runMigrations: true,
        pollMs: 250,
        egress: { allowCidrs: ['127.0.0.0/8', '::1/128'], allowHttp: true, dnsServers: [] },
      },
    });
  });

  it('reads every variable', () => {
    const config = loadConfig({
      PORT: '0',
      DATABASE_URL: 'postgres://pos:secret@db.example.com:5433/pos',
      WEBHOOKS_WORKER: 'false',
      WEBHOOKS_CONTROLLERS: 'false',
      WEBHOOKS_ALLOW_CIDRS: '10.0.0.0/8, 127.0.0.1/32:8080',
      WEBHOOKS_ALLOW_HTTP: 'false',
      WEBHOOKS_DNS_SERVERS: '127.0.0.1:5353',
      WEBHOOKS_ENVIRONMENT: 'staging',
      EXAMPLE_TRAFFIC: 'false',
      PAYMENT_WEBHOOK_SECRETS: 'whsec_new,whsec_old',
      WEBHOOKS_RETRY_SCHEDULE_MS: '100, 200,300',
      WEBHOOKS_TIMEOUT_MS: '2000',
      WEBHOOKS_LEASE_MS: '6000',
      WEBHOOKS_POLL_MS: '50',
      WEBHOOKS_CONCURRENCY: '10',
      WEBHOOKS_TRANSPORT_CONCURRENCY: '5',
      WEBHOOKS_CLIENT_ERRORS: 'fail',
      WEBHOOKS_ENCRYPTION_KEYS: `new:${KEY},old:${KEY}`,
    });
    expect(config).toEqual({
      port: 0,
      database: { kind: 'postgres', url: 'postgres://pos:secret@db.example.com:5433/pos' },
      worker: false,
      paymentSecrets: ['whsec_new', 'whsec_old'],
      controllers: false,
      exampleTraffic: false,
      webhooks: {
        runMigrations: true,
        concurrency: 10,
        transportConcurrency: 5,
        timeoutMs: 2000,
        leaseMs: 6000,
        pollMs: 50,
        retryScheduleMs: [100, 200, 300],
        clientErrors: 'fail',
        environment: 'staging',
        egress: {
          allowCidrs: ['10.0.0.0/8', '127.0.0.1/32:8080'],
          allowHttp: false,
          dnsServers: ['127.0.0.1:5353'],
        },
        encryption: {
          keys: [
            { id: 'new', key: Buffer.alloc(32, 7) },
            { id: 'old', key: Buffer.alloc(32, 7) },
          ],
        },
      },
    });
    expect(describeDatabase(config.database)).toBe('PostgreSQL db.example.com:5433/pos');
  });

  it.each([
    [{}, true],
    [{ DATABASE_URL: 'sqlite:./own.sqlite' }, false],
    [{ DATABASE_URL: 'sqlite:./own.sqlite', EXAMPLE_TRAFFIC: 'true' }, true],
    [{ EXAMPLE_TRAFFIC: 'false' }, false],
    [{ NODE_ENV: 'production' }, false],
    [{ WEBHOOKS_WORKER: 'false' }, false],
    [{ WEBHOOKS_CONTROLLERS: 'false' }, false],
    [{ WEBHOOKS_ALLOW_HTTP: 'false' }, false],
    [{ WEBHOOKS_ALLOW_CIDRS: '10.0.0.0/8' }, false],
  ])('with %j, makes example traffic: %s', (env, isMade) => {
    expect(loadConfig(env).exampleTraffic).toBe(isMade);
  });

  it.each([{ NODE_ENV: 'production' }, { WEBHOOKS_WORKER: 'false' }, { WEBHOOKS_CONTROLLERS: 'false' }])(
    'refuses to make example traffic with %j',
    (env) => {
      expect(() => loadConfig({ ...env, EXAMPLE_TRAFFIC: 'true' })).toThrow(/^EXAMPLE_TRAFFIC='true' .*Set /);
    },
  );

  it('accepts an absolute path, and treats an empty list of CIDRs as none', () => {
    const config = loadConfig({ DATABASE_URL: 'sqlite:/var/lib/pos.sqlite', WEBHOOKS_ALLOW_CIDRS: '' });
    expect(config.database).toEqual({ kind: 'sqlite', file: '/var/lib/pos.sqlite' });
    expect(config.webhooks.egress?.allowCidrs).toEqual([]);
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '80a'],
    ['PORT', '-1'],
    ['PORT', '3000.5'],
    ['DATABASE_URL', 'mysql://localhost/pos'],
    ['DATABASE_URL', 'sqlite:'],
    ['DATABASE_URL', 'sqlite::memory:'],
    ['DATABASE_URL', 'sqlite://pos.sqlite'],
    ['DATABASE_URL', 'postgres://[bad/pos'],
    ['DATABASE_URL', 'oracle://db'],
    ['WEBHOOKS_WORKER', 'yes'],
    ['EXAMPLE_TRAFFIC', 'yes'],
    ['WEBHOOKS_CONTROLLERS', 'TRUE'],
    ['WEBHOOKS_ALLOW_HTTP', '1'],
    ['WEBHOOKS_RETRY_SCHEDULE_MS', '100,,200'],
    ['WEBHOOKS_RETRY_SCHEDULE_MS', '100,soon'],
    ['WEBHOOKS_TIMEOUT_MS', '99'],
    ['WEBHOOKS_TIMEOUT_MS', '1e3'],
    ['WEBHOOKS_LEASE_MS', '21999'],
    ['WEBHOOKS_LEASE_MS', '600001'],
    ['WEBHOOKS_POLL_MS', '9'],
    ['WEBHOOKS_POLL_MS', '60001'],
    ['WEBHOOKS_CONCURRENCY', '1'],
    ['WEBHOOKS_CONCURRENCY', '10001'],
    ['WEBHOOKS_TRANSPORT_CONCURRENCY', '0'],
    ['WEBHOOKS_TRANSPORT_CONCURRENCY', '257'],
    ['WEBHOOKS_CLIENT_ERRORS', 'ignore'],
  ])('refuses %s=%s, naming the variable, the value and the remedy', (variable, value) => {
    expect(() => loadConfig({ [variable]: value })).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        variable,
        message: expect.stringMatching(new RegExp(`^${variable}='.*Set `)) as unknown,
      }),
    );
    expect(() => loadConfig({ [variable]: value })).toThrow(value);
  });

  it.each([
    [`k1:${KEY},k1:${KEY}`, 'two keys named "k1"'],
    [`k1:${Buffer.alloc(16, 7).toString('base64')}`, '16 bytes in key 1'],
    [KEY, 'entry 1 that is not id:base64'],
  ])('refuses bad encryption keys without showing them', (value, problem) => {
    const load = () => loadConfig({ WEBHOOKS_ENCRYPTION_KEYS: value });
    expect(load).toThrow(/^WEBHOOKS_ENCRYPTION_KEYS has /);
    expect(load).toThrow(problem);
    expect(load).not.toThrow(Buffer.alloc(12, 7).toString('base64'));
  });

  it('names the shortest lease for the given time-out', () => {
    const lease = (ms: string) => loadConfig({ WEBHOOKS_TIMEOUT_MS: '1000', WEBHOOKS_LEASE_MS: ms });
    expect(() => lease('3999')).toThrow(/^WEBHOOKS_LEASE_MS='3999' .*from 4000 to 600000\.$/);
    expect(lease('4000').webhooks.leaseMs).toBe(4_000);
  });

  it.each([
    { WEBHOOKS_CONCURRENCY: '2', WEBHOOKS_POLL_MS: '10', WEBHOOKS_LEASE_MS: '22000' },
    { WEBHOOKS_CONCURRENCY: '10000', WEBHOOKS_POLL_MS: '60000', WEBHOOKS_LEASE_MS: '600000' },
    { WEBHOOKS_TRANSPORT_CONCURRENCY: '1', WEBHOOKS_TIMEOUT_MS: '100', WEBHOOKS_LEASE_MS: '2200' },
    { WEBHOOKS_TRANSPORT_CONCURRENCY: '256', WEBHOOKS_TIMEOUT_MS: '30000', WEBHOOKS_LEASE_MS: '62000' },
  ])('accepts the limits %j, as the module does', (env) => {
    expect(() => resolveOptions(loadConfig(env).webhooks)).not.toThrow();
  });

  it.each([
    ['WEBHOOKS_ENVIRONMENT', { WEBHOOKS_ENVIRONMENT: 'é' }, 'é'],
    ['WEBHOOKS_RETRY_SCHEDULE_MS', { WEBHOOKS_RETRY_SCHEDULE_MS: Array(51).fill('1').join() }, 'at most 50'],
  ])('names the variable %s when the module refuses its value', (variable, env, value) => {
    let refusal: unknown;
    try {
      resolveOptions(loadConfig(env).webhooks);
    } catch (error) {
      refusal = error;
    }
    const text = describeStartError(refusal);
    expect(text.startsWith(`${variable}: `) ? variable : text).toBe(variable);
    expect(text).toContain(value);
    expect(text).not.toContain('    at ');
  });

  it('never shows the password of a database URL', () => {
    expect(() => loadConfig({ DATABASE_URL: 'postgres://pos:hunter2@[bad/pos' })).toThrow(/\*{8}/);
    expect(() => loadConfig({ DATABASE_URL: 'postgres://pos:hunter2@[bad/pos' })).not.toThrow(/hunter2/);
  });
});
