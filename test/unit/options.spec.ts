import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '../../lib/errors/start-up.errors.js';
import type { WebhooksOptions } from '../../lib/webhooks.options.js';
import { resolveOptions } from '../../lib/webhooks.resolved-options.js';

describe('the options of the module', () => {
  it('have safe defaults', () => {
    expect(resolveOptions({})).toMatchObject({
      deliveryEnabled: true,
      environment: undefined,
      adoptEnvironment: false,
      concurrency: 64,
      leaseMs: 30_000,
      egress: { allowCidrs: [], allowHttp: false, denyOrigins: [], maxPerOrigin: 32 },
      encryption: { keys: [], allowPlaintext: false },
    });
  });

  it.each<[WebhooksOptions, RegExp]>([
    [{ environment: '' }, /"environment".*1 to 64/s],
    [{ environment: 'x'.repeat(65) }, /"environment"/],
    [{ environment: 'two\nlines' }, /"environment"/],
    [{ environment: 'line\n' }, /"environment"/],
    [{ environment: ' space' }, /"environment"/],
    [{ adoptEnvironment: true }, /"adoptEnvironment".*set environment/s],
    [
      { database: { url: 'mysql://app:hunter2@db.example/pos' } },
      /"database\.url".*postgres:\/\/user:password@host/s,
    ],
    [{ database: { url: 'postgres://app:hunter2@db.example' } }, /"database\.url".*name of the database/s],
    [{ database: { url: 'hunter2' } }, /"database\.url"/],
    [{ concurrency: 1 }, /"concurrency".*2 to 10000/s],
    [{ egress: { maxPerOrigin: 0 } }, /"egress\.maxPerOrigin".*1 to 10000/s],
    [{ egress: { maxPerOrigin: 64 } }, /"egress\.maxPerOrigin".*below concurrency \(64\)/s],
    [{ concurrency: 8, egress: { maxPerOrigin: 8 } }, /"egress\.maxPerOrigin".*below concurrency \(8\)/s],
    [{ timeoutMs: 10_000, leaseMs: 21_999 }, /"leaseMs".*at least 2 x timeoutMs \+ 2000 = 22000/s],
    [{ leaseMs: 600_001 }, /"leaseMs".*600000/s],
    [{ retention: { deliveredDays: 0 } }, /"retention\.deliveredDays".*1 to 3650/s],
    [{ retention: { bodyDays: 1.5 } }, /"retention\.bodyDays"/],
    [
      { retention: { tenants: { shop: { unmatchedHours: 87_601 } } } },
      /"retention\.tenants\.shop\.unmatchedHours"/,
    ],
    [
      { retention: { tenants: { shop: { days: 1 } as object } } },
      /"retention\.tenants\.shop".*deliveredDays/s,
    ],
    [{ retention: { tenants: [] as never } }, /"retention\.tenants"/],
    [{ deliveryEnabled: 'no' as never }, /"deliveryEnabled".*true or false/s],
    [{ clientErrors: 'drop' as never }, /"clientErrors".*one of 'retry', 'fail'/s],
    [{ wakeUps: { redis: {} as never } }, /"wakeUps\.redis".*createClient/s],
    [{ userAgent: '' }, /"userAgent".*1 to 256/s],
    [{ userAgent: 'till\n' }, /"userAgent"/],
    [{ userAgent: 'x'.repeat(257) }, /"userAgent"/],
  ])('are refused: %j', (options, message) => {
    expect(() => resolveOptions(options)).toThrow(InvalidOptionError);
    expect(() => resolveOptions(options)).toThrow(message);
    expect(() => resolveOptions(options)).not.toThrow(/hunter2/);
  });

  it.each(['x', 'till/2 (support@example.com)', 'x'.repeat(256)])('accept the user agent %j', (userAgent) => {
    expect(resolveOptions({ userAgent })).toMatchObject({ userAgent });
  });

  it.each([
    [2, 1],
    [9, 4],
    [64, 32],
  ])('give one origin half of %i slots by default: %i', (concurrency, maxPerOrigin) => {
    expect(resolveOptions({ concurrency }).egress.maxPerOrigin).toBe(maxPerOrigin);
  });

  it('give one origin all slots but one at most', () => {
    expect(resolveOptions({ concurrency: 8, egress: { maxPerOrigin: 7 } }).egress.maxPerOrigin).toBe(7);
  });

  it('keep delivered deliveries 30 days, others 90 days and unmatched events 24 hours, unless they give other periods', () => {
    const [hour, day] = [3_600_000, 86_400_000];
    const general = { deliveredMs: 30 * day, failedMs: 90 * day, unmatchedMs: 24 * hour, bodyMs: undefined };
    expect(resolveOptions({}).retention!.of('any')).toEqual(general);
    const tenants = { shop: { deliveredDays: 1 } };
    const { retention } = resolveOptions({ retention: { failedDays: 2, bodyDays: 3, tenants } });
    expect(retention!.of('any')).toEqual({ ...general, failedMs: 2 * day, bodyMs: 3 * day });
    expect(retention!.of('shop')).toEqual({ ...retention!.of('any'), deliveredMs: day });
    expect(resolveOptions({ retention: false }).retention).toBeUndefined();
  });

  it('make the lease long enough for a long time-out', () => {
    expect(resolveOptions({ timeoutMs: 20_000 }).leaseMs).toBe(42_000);
    expect(resolveOptions({ timeoutMs: 10_000, leaseMs: 22_000 }).leaseMs).toBe(22_000);
  });

  it.each(['p', 'production', 'eu-west 1/blue', 'x'.repeat(64)])(
    'accept the environment %j',
    (environment) => {
      expect(resolveOptions({ environment })).toMatchObject({ environment });
    },
  );

  it('show the address of the database nowhere', () => {
    const resolved = resolveOptions({ database: { url: 'postgres://app:hunter2@db.example/pos' } });
    expect(resolved.database.url).toContain('hunter2');
    expect(inspect(resolved, { depth: 9, showHidden: true })).not.toContain('hunter2');
    expect(JSON.stringify(resolved)).not.toContain('hunter2');
  });
});
