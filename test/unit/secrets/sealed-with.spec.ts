import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { keyIdsIn, sealedWith } from '../../../lib/secrets/sealed-with.js';
import { SecretBox } from '../../../lib/secrets/secret-box.js';
import { transportSecret } from '../../../lib/secrets/transport-secrets.js';

const place = transportSecret({ tenantUid: 'shop', httpTransportUid: 'erp' }, 'token');
const by = (id?: string): string =>
  new SecretBox(id === undefined ? [] : [{ id, key: randomBytes(32) }]).seal('x', place);
const NONE = { password: null, token: null, headers: [], signingSecrets: [] };

describe('sealedWith', () => {
  it('names every key that a transport needs, once, in order', () => {
    const column = sealedWith({
      password: by('k3'),
      token: by('k1'),
      headers: [
        { key: 'A', value: by('k2') },
        { key: 'B', value: by('k1') },
      ],
      signingSecrets: [{ secret: by('k4'), expiresAt: null }],
    });
    expect(column).toBe('k1,k2,k3,k4');
    expect(keyIdsIn(column)).toEqual(['k1', 'k2', 'k3', 'k4']);
  });

  it('tells secrets in clear from sealed ones', () => {
    expect(sealedWith({ ...NONE, token: by() })).toBe('');
    const mixed = sealedWith({ ...NONE, token: by(), password: by('k1') });
    expect(keyIdsIn(mixed)).toEqual([undefined, 'k1']);
  });
});
