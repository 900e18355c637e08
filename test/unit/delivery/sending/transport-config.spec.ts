import { describe, expect, it } from '@jest/globals';
import type { StoredTransport } from '../../../../lib/persistence/ports/lane-store.js';
import { transportConfigs } from '../../../support/lanes.js';

const STORED = {
  tenantUid: 'shop',
  httpTransportUid: 'erp',
  url: 'https://erp.example.com/hooks',
  securityType: 'NONE',
  username: null,
  password: null,
  token: null,
  headers: [],
  signingSecrets: [],
} as unknown as StoredTransport;

const targetOf = (stored: Partial<StoredTransport>) =>
  transportConfigs().decrypt({ ...STORED, ...stored }).target;
const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString('base64')}`;

describe('the configuration of a transport', () => {
  it.each<[Partial<StoredTransport>, string[]]>([
    [{ securityType: 'NONE' }, []],
    [{ securityType: 'BASIC_AUTH', username: 'till', password: 'v0:7' }, ['authorization', basic('till:7')]],
    [{ securityType: 'BASIC_AUTH' }, ['authorization', basic(':')]],
    [{ securityType: 'BEARER', token: 'v0:abc' }, ['authorization', 'Bearer abc']],
    [{ securityType: 'BEARER' }, []],
  ])('sends with %j the headers %j', (stored, headers) => {
    expect(targetOf(stored)).toMatchObject({ ok: true, headers });
  });

  it.each<[Partial<StoredTransport>, string]>([
    [{ isDamaged: true }, 'TRANSPORT_UNREADABLE'],
    [{ headers: [null] as never }, 'TRANSPORT_UNREADABLE'],
    [{ securityType: 'BEARER', token: 'damaged' }, 'SECRET_UNREADABLE'],
    [{ url: 'http://127.0.0.1/' }, 'TARGET_REFUSED'],
  ])('sends nothing with %j, for the reason %s', (stored, code) => {
    expect(targetOf(stored)).toMatchObject({ ok: false, code });
  });
});
