import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { sign } from '../../../lib/domain/signature.js';
import { parseSigningSecret } from '../../../lib/domain/signing-secret.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const secretArbitrary = fc
  .uint8Array({ minLength: 24, maxLength: 64 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);

const headers = (id: string, timestampSeconds: number, signature: string): Record<string, string> => ({
  'webhook-id': id,
  'webhook-timestamp': String(timestampSeconds),
  'webhook-signature': signature,
});

describe('sign', () => {
  it('makes the published signature of Standard Webhooks', () => {
    const key = parseSigningSecret(SECRET);
    const signature = sign([key], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}');
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('signs any body under any secret so that a verifier of others accepts it', () => {
    const now = Math.floor(Date.now() / 1_000);
    fc.assert(
      fc.property(secretArbitrary, fc.uuid(), fc.jsonValue(), (secret, id, value) => {
        const body = JSON.stringify(value);
        const signature = sign([parseSigningSecret(secret)], id, now, body);
        expect(new Webhook(secret).verify(body, headers(id, now, signature))).toEqual(JSON.parse(body));
      }),
    );
  });

  it('is verified by the holder of either secret while one is being rotated, and by nobody else', () => {
    const now = Math.floor(Date.now() / 1_000);
    fc.assert(
      fc.property(fc.uniqueArray(secretArbitrary, { minLength: 3, maxLength: 3 }), ([fresh, old, other]) => {
        const signature = sign([fresh!, old!].map(parseSigningSecret), 'evt_1', now, '{}');
        expect(signature.split(' ')).toHaveLength(2);
        for (const secret of [fresh!, old!])
          new Webhook(secret).verify('{}', headers('evt_1', now, signature));
        expect(() => new Webhook(other!).verify('{}', headers('evt_1', now, signature))).toThrow();
      }),
    );
  });

  it('is valid for the signed body, id and time, and for no others', () => {
    const now = Math.floor(Date.now() / 1_000);
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(secretArbitrary, fc.uuid(), fc.uuid(), text, text, (secret, id, otherId, body, other) => {
        fc.pre(id !== otherId && body !== other);
        const signature = sign([parseSigningSecret(secret)], id, now, body);
        const isAccepted = (sent: string, as: string, seconds: number): boolean => {
          try {
            new Webhook(secret).verify(sent, headers(as, seconds, signature));
            return true;
          } catch (error) {
            // After a valid signature, the verifier parses the body, which is no JSON here.
            return error instanceof SyntaxError;
          }
        };
        expect(isAccepted(body, id, now)).toBe(true);
        for (const changed of [other, other + body, body + other, `${body} `, ''])
          expect(isAccepted(changed, id, now)).toBe(false);
        expect(isAccepted(body, otherId, now)).toBe(false);
        expect(isAccepted(body, id, now + 1)).toBe(false);
      }),
    );
  });

  it('differs when the id, the time or the body differ', () => {
    const keys = [parseSigningSecret(SECRET)];
    const signatures = new Set([
      sign(keys, 'a', 1, '{}'),
      sign(keys, 'b', 1, '{}'),
      sign(keys, 'a', 2, '{}'),
      sign(keys, 'a', 1, '{ }'),
    ]);
    expect(signatures.size).toBe(4);
  });

  it('accepts a body as text or as its bytes', () => {
    const keys = [parseSigningSecret(SECRET)];
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (body) => {
        expect(sign(keys, 'a', 1, body)).toBe(sign(keys, 'a', 1, Buffer.from(body, 'utf8')));
      }),
    );
  });
});
