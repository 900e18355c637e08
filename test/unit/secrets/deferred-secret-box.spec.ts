import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { DeferredSecretBox } from '../../../lib/secrets/deferred-secret-box.js';
import { SecretBox, type SecretPlace } from '../../../lib/secrets/secret-box.js';

const PLACE: SecretPlace = { tenantUid: 'shop', table: 'webhook_http_transport', row: 'erp', field: 'token' };
const KEYS = [{ id: 'k1', key: randomBytes(32) }];

describe('DeferredSecretBox', () => {
  it('fetches the keys once, when they are first needed, and again only if that failed', async () => {
    const boxes: (() => Promise<SecretBox>)[] = [
      () => Promise.reject(new Error('KMS is away')),
      () => Promise.resolve(new SecretBox(KEYS)),
    ];
    const box = new DeferredSecretBox(() => boxes.shift()!());
    await expect(box.ready()).rejects.toThrow('KMS is away');
    await box.ready();
    await box.ready();
    expect(boxes).toEqual([]);
    expect([box.currentKeyId, box.hasKey('k1'), box.hasKey('k2')]).toEqual(['k1', true, false]);
    expect(box.decrypt(box.encrypt('secret', PLACE), PLACE)).toBe('secret');
  });

  it('encrypts and decrypts nothing before it has the keys, so that no secret is stored in plain text', () => {
    const box = new DeferredSecretBox(() => Promise.resolve(new SecretBox(KEYS)));
    expect(() => box.encrypt('secret', PLACE)).toThrow('used before ready() had resolved');
    expect(() => box.decrypt('v1:k1:', PLACE)).toThrow('used before ready() had resolved');
  });
});
