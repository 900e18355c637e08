import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../../../lib/admin/api-error.js';
import {
  applyReplacement,
  applyUpdate,
  assertComplete,
  assertSecretsKeepOrigin,
  type TransportInput,
} from '../../../lib/admin/http-transports/transport-changes.js';
import {
  EMPTY_DRAFT,
  settingsOf,
  type DraftSecret,
  type TransportDraft,
} from '../../../lib/admin/http-transports/transport-draft.js';
import { MASK } from '../../../lib/admin/masking.js';

/** A transport with a value in every field. */
const stored: TransportDraft = {
  name: 'ERP',
  url: 'https://erp.example.com/hooks',
  headers: [
    { key: 'X-Shop', value: { stored: 'encrypted shop' } },
    { key: 'x-lane', value: { stored: 'encrypted lane' } },
  ],
  securityType: 'BASIC_AUTH',
  username: 'shop',
  password: { stored: 'encrypted password' },
  token: { stored: 'encrypted token' },
  timeoutMs: 5_000,
  maxConcurrency: 4,
  rateLimit: { requests: 10, perSeconds: 60 },
  retryScheduleSeconds: [5, 50],
};

const replacement: TransportInput = { name: 'New', url: 'https://erp.example.com/other' };

const errorOf = (work: () => unknown): ApiError => {
  try {
    work();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('expected an ApiError');
};

describe('an update (PATCH)', () => {
  it('changes nothing when nothing is given', () => {
    expect(applyUpdate(stored, {})).toEqual(stored);
  });

  it.each<[keyof TransportInput, TransportInput, Partial<TransportDraft>]>([
    ['name', { name: 'New' }, { name: 'New' }],
    ['url', { url: 'https://new.example.com' }, { url: 'https://new.example.com' }],
    ['headers', { headers: [] }, { headers: [] }],
    ['headers', { headers: null }, { headers: [] }],
    ['securityType', { securityType: 'NONE' }, { securityType: 'NONE' }],
    ['username', { username: 'till' }, { username: 'till' }],
    ['username', { username: null }, { username: null }],
    ['password', { password: 'new' }, { password: { clear: 'new' } }],
    ['password', { password: null }, { password: null }],
    ['token', { token: 'new' }, { token: { clear: 'new' } }],
    ['token', { token: null }, { token: null }],
    ['timeoutMs', { timeoutMs: null }, { timeoutMs: null }],
    ['maxConcurrency', { maxConcurrency: 1 }, { maxConcurrency: 1 }],
    ['rateLimit', { rateLimit: null }, { rateLimit: null }],
    ['retryScheduleSeconds', { retryScheduleSeconds: [] }, { retryScheduleSeconds: [] }],
  ])('of %s alone leaves the other fields as they are', (_field, input, change) => {
    expect(applyUpdate(stored, input)).toEqual({ ...stored, ...change });
  });

  it.each(['BEARER', 'BEARER_AUTH', 'BEARER_TOKEN'] as const)(
    'stores the security type %s as it was written',
    (securityType) => {
      expect(applyUpdate(stored, { securityType }).securityType).toBe(securityType);
      expect(() => assertComplete({ ...stored, securityType, token: null })).toThrow('token is required');
    },
  );
});

describe('a replacement (PUT)', () => {
  it('empties omitted headers, user name and security type, and keeps password and token', () => {
    expect(applyReplacement(stored, replacement)).toMatchObject({
      name: 'New',
      url: 'https://erp.example.com/other',
      headers: [],
      securityType: 'NONE',
      username: null,
      password: { stored: 'encrypted password' },
      token: { stored: 'encrypted token' },
    });
  });

  it('removes a password or token that is null', () => {
    expect(applyReplacement(stored, { ...replacement, password: null, token: null })).toMatchObject({
      password: null,
      token: null,
    });
  });

  it("keeps omitted fields that are not part of the vendor's API", () => {
    const { timeoutMs, maxConcurrency, rateLimit, retryScheduleSeconds } = stored;
    expect(applyReplacement(stored, replacement)).toMatchObject({
      timeoutMs,
      maxConcurrency,
      rateLimit,
      retryScheduleSeconds,
    });
  });

  it("sets given fields that are not part of the vendor's API", () => {
    expect(applyReplacement(stored, { ...replacement, timeoutMs: 100, rateLimit: null })).toMatchObject({
      timeoutMs: 100,
      rateLimit: null,
    });
  });
});

describe('the mask', () => {
  it('keeps the stored password and token', () => {
    const after = applyUpdate(stored, { password: MASK, token: MASK });
    expect(after).toMatchObject({
      password: { stored: 'encrypted password' },
      token: { stored: 'encrypted token' },
    });
  });

  it('keeps the stored value of the header with the same key, whatever its spelling and place', () => {
    const headers = [
      { key: 'X-LANE', value: MASK },
      { key: 'x-new', value: 'clear' },
      { key: 'x-shop', value: MASK },
    ];
    expect(applyUpdate(stored, { headers }).headers).toEqual([
      { key: 'X-LANE', value: { stored: 'encrypted lane' } },
      { key: 'x-new', value: { clear: 'clear' } },
      { key: 'x-shop', value: { stored: 'encrypted shop' } },
    ]);
  });

  it.each<[string, TransportInput]>([
    ['password', { password: MASK }],
    ['token', { token: MASK }],
    ['headers.x-shop', { headers: [{ key: 'x-shop', value: MASK }] }],
  ])('is refused for %s where nothing is stored', (field, input) => {
    const error = errorOf(() => applyUpdate(EMPTY_DRAFT, input));
    expect(error.getResponse()).toMatchObject({ statusCode: 400, code: 'VALIDATION_FAILED' });
    expect(error.getResponse()).toHaveProperty('message', [expect.stringContaining(field)]);
  });

  it('changes nothing if a transport is sent back as it was read', () => {
    const headers = stored.headers.map(({ key }) => ({ key, value: MASK }));
    expect(applyUpdate(stored, { headers, password: MASK, token: MASK })).toEqual(stored);
  });
});

it('a transport with the same header twice is refused, whatever the case of the letters', () => {
  const headers = [
    { key: 'X-Shop', value: '1' },
    { key: 'x-shop', value: '2' },
  ];
  expect(errorOf(() => applyUpdate(stored, { headers })).code).toBe('VALIDATION_FAILED');
});

describe('the fields that a security type requires', () => {
  it.each<[string, Partial<TransportDraft>, string[]]>([
    [
      'BASIC_AUTH without user name',
      { username: null },
      ['username is required with securityType BASIC_AUTH'],
    ],
    [
      'BASIC_AUTH without password',
      { password: null },
      ['password is required with securityType BASIC_AUTH'],
    ],
    [
      'BASIC_AUTH without both',
      { username: null, password: null },
      [
        'username is required with securityType BASIC_AUTH',
        'password is required with securityType BASIC_AUTH',
      ],
    ],
    [
      'BEARER_TOKEN without token',
      { securityType: 'BEARER_TOKEN', token: null },
      ['token is required with securityType BEARER_TOKEN'],
    ],
  ])('are named if they are missing: %s', (_case, change, message) => {
    expect(errorOf(() => assertComplete({ ...stored, ...change })).getResponse()).toMatchObject({
      statusCode: 400,
      message,
    });
  });

  it.each<[string, Partial<TransportDraft>]>([
    ['BASIC_AUTH without token', { token: null }],
    [
      'BEARER_TOKEN without user name and password',
      { securityType: 'BEARER_TOKEN', username: null, password: null },
    ],
    ['NONE without anything', { securityType: 'NONE', username: null, password: null, token: null }],
  ])('are complete: %s', (_case, change) => {
    expect(() => assertComplete({ ...stored, ...change })).not.toThrow();
  });
});

describe('a change of origin', () => {
  const headers = [{ key: 'X-Shop', value: 'again' }];

  it.each<[string, string]>([
    ['scheme', 'http://erp.example.com/hooks'],
    ['host', 'https://evil.example.com/hooks'],
    ['port', 'https://erp.example.com:8443/hooks'],
  ])('by %s requires every stored secret again', (_part, url) => {
    const error = errorOf(() => assertSecretsKeepOrigin(stored, applyUpdate(stored, { url })));
    expect(error.getResponse()).toMatchObject({ statusCode: 400, code: 'CREDENTIALS_REQUIRED' });
    const { message } = error.getResponse() as { message: string[] };
    expect(message.map((line) => line.split(' ')[0])).toEqual([
      'password',
      'token',
      'headers.X-Shop',
      'headers.x-lane',
    ]);
  });

  it.each<[string, TransportInput]>([
    ['sent again', { password: 'p', token: 't', headers }],
    ['removed', { password: null, token: null, headers: [] }],
  ])('is accepted when the stored secrets are %s', (_case, input) => {
    const after = applyUpdate(stored, { url: 'https://new.example.com', ...input });
    expect(() => assertSecretsKeepOrigin(stored, after)).not.toThrow();
  });

  it('does not accept the mask as a secret that is sent again', () => {
    const after = applyUpdate(stored, {
      url: 'https://new.example.com',
      password: MASK,
      token: null,
      headers: [],
    });
    expect(errorOf(() => assertSecretsKeepOrigin(stored, after)).code).toBe('CREDENTIALS_REQUIRED');
  });

  it('requires the secrets in a replacement too, although a replacement keeps omitted secrets', () => {
    const after = applyReplacement(stored, { name: 'New', url: 'https://new.example.com' });
    expect(errorOf(() => assertSecretsKeepOrigin(stored, after)).code).toBe('CREDENTIALS_REQUIRED');
  });

  it.each<[string, string]>([
    ['another path', 'https://erp.example.com/elsewhere?x=1'],
    ['the default port spelled out', 'https://erp.example.com:443/hooks'],
    ['the host in capitals', 'https://ERP.example.com/hooks'],
  ])('is not caused by %s', (_case, url) => {
    expect(() => assertSecretsKeepOrigin(stored, applyUpdate(stored, { url }))).not.toThrow();
  });
});

describe('the stored form of a draft', () => {
  it('has each secret, new or kept, encrypted for its own field', () => {
    const draft = applyUpdate(stored, {
      password: 'new password',
      headers: [
        { key: 'X-New', value: 'new header' },
        { key: 'x-shop', value: MASK },
      ],
    });
    const encrypted = (secret: DraftSecret, field: string): string =>
      'clear' in secret ? `${field}=${secret.clear}` : secret.stored;
    expect(settingsOf(draft, encrypted)).toEqual({
      name: 'ERP',
      url: 'https://erp.example.com/hooks',
      headers: [
        { key: 'X-New', value: 'headers.x-new=new header' },
        { key: 'x-shop', value: 'encrypted shop' },
      ],
      securityType: 'BASIC_AUTH',
      username: 'shop',
      password: 'password=new password',
      token: 'encrypted token',
      timeoutMs: 5_000,
      maxConcurrency: 4,
      rateLimitRequests: 10,
      rateLimitPerSeconds: 60,
      retryScheduleSeconds: [5, 50],
    });
  });
});
