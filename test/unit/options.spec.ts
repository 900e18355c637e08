import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '../../lib/errors/invalid-option.error.js';
import { resolveOptions, type WebhooksOptions } from '../../lib/webhooks.options.js';

describe('the options of the module', () => {
  it('have safe defaults', () => {
    expect(resolveOptions({})).toMatchObject({
      deliveryEnabled: true,
      environment: undefined,
      adoptEnvironment: false,
      egress: { allowCidrs: [], allowHttp: false, denyOrigins: [], maxPerOrigin: 64 },
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
    [{ egress: { maxPerOrigin: 0 } }, /"egress\.maxPerOrigin".*1 to 10000/s],
  ])('are refused: %j', (options, message) => {
    expect(() => resolveOptions(options)).toThrow(InvalidOptionError);
    expect(() => resolveOptions(options)).toThrow(message);
    expect(() => resolveOptions(options)).not.toThrow(/hunter2/);
  });

  it.each(['p', 'production', 'eu-west 1/blue', 'x'.repeat(64)])(
    'take %j for an environment',
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
