import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { keyIdsIn, encryptedWith } from '../../../lib/secrets/encrypted-with.js';
import { SecretBox } from '../../../lib/secrets/secret-box.js';
import { transportSecret } from '../../../lib/secrets/transport-secrets.js';

const place = transportSecret({ tenantUid: 'shop', httpTransportUid: 'erp' }, 'token');
const by = (id?: string): string =>
  new SecretBox(id === undefined ? [] : [{ id, key: randomBytes(32) }]).encrypt('x', place);
const NONE = { password: null, token: null, headers: [], signingSecrets: [] };

describe('encryptedWith', () => {
  it('names every key that a transport needs, once, in order', () => {
    const column = encryptedWith({
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

  it('distinguishes secrets in plain text from encrypted ones', () => {
    expect(encryptedWith({ ...NONE, token: by() })).toBe('');
    const mixed = encryptedWith({ ...NONE, token: by(), password: by('k1') });
    expect(keyIdsIn(mixed)).toEqual([undefined, 'k1']);
  });
});
