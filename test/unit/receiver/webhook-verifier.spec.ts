import { describe, expect, it } from '@jest/globals';
import { sign } from '../../../lib/domain/signature.js';
import { parseSigningSecret } from '../../../lib/domain/signing-secret.js';
import { InvalidReceiverOptionError } from '../../../lib/errors/receiver.errors.js';
import type { WebhookScheme } from '../../../lib/receiver/schemes/schemes.js';
import { WebhookVerifier } from '../../../lib/receiver/webhook-verifier.js';
import { Ed25519Sender, foreignSigners, type SignedWebhook } from '../../support/foreign-signers.js';

const AT = 1_700_000_000;
const NOW = AT * 1_000;
const BODY = '{"id":"evt_1","type":"payment_intent.succeeded","note":"Grüße"}';
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

/** The code of the error with which a request is refused; undefined: it is accepted. */
function refusal(
  scheme: WebhookScheme,
  webhook: SignedWebhook,
  secrets: string | string[] = SECRET,
  now = NOW,
): string | undefined {
  try {
    new WebhookVerifier({ scheme }).verify(webhook, secrets, now);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

interface Sender {
  readonly scheme: WebhookScheme;
  readonly id: string;
  readonly signsTime: boolean;
  readonly signsSeveral: boolean;
  send(secrets: readonly string[], body?: string): SignedWebhook;
}

const SENDERS: Sender[] = [
  {
    scheme: 'standard-webhooks',
    id: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
    signsTime: true,
    signsSeveral: true,
    send: (secrets, body = BODY) => foreignSigners.standardWebhooks(secrets, body, AT),
  },
  {
    scheme: 'svix',
    id: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
    signsTime: true,
    signsSeveral: true,
    send: (secrets, body = BODY) => foreignSigners.standardWebhooks(secrets, body, AT, 'svix'),
  },
  {
    scheme: 'stripe',
    id: 'evt_1',
    signsTime: true,
    signsSeveral: true,
    send: (secrets, body = BODY) => foreignSigners.stripe(secrets, body, AT),
  },
  {
    scheme: 'github',
    id: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    signsTime: false,
    signsSeveral: false,
    send: ([secret], body = BODY) => foreignSigners.github(secret!, body),
  },
  {
    scheme: 'shopify',
    id: '98880550-7158-44d4-b7cd-2c97c8a091b5',
    signsTime: false,
    signsSeveral: false,
    send: ([secret], body = BODY) => foreignSigners.shopify(secret!, body),
  },
];

describe.each(SENDERS)('WebhookVerifier for $scheme', ({ scheme, id, signsTime, send }) => {
  const without = (webhook: SignedWebhook, header: string): SignedWebhook => ({
    ...webhook,
    headers: Object.fromEntries(Object.entries(webhook.headers).filter(([name]) => name !== header)),
  });

  it('accepts what the sender signed, and reads its id and time', () => {
    const verified = new WebhookVerifier({ scheme }).verify(send([SECRET]), SECRET, NOW);
    expect(verified).toEqual({ id, signedAt: signsTime ? new Date(NOW) : undefined });
  });

  it('accepts the body as bytes', () => {
    const webhook = send([SECRET]);
    const verified = new WebhookVerifier({ scheme }).verify(
      { ...webhook, body: Buffer.from(webhook.body, 'utf8') },
      SECRET,
      NOW,
    );
    expect(verified.id).toBe(id);
  });

  it('refuses a wrong secret, and every request if no secret is given', () => {
    expect(refusal(scheme, send([OTHER]))).toBe('WEBHOOK_SIGNATURE_INVALID');
    expect(refusal(scheme, send([SECRET]), [])).toBe('WEBHOOK_SIGNATURE_INVALID');
  });

  it('refuses an altered body, down to a space', () => {
    const webhook = send([SECRET]);
    for (const body of [`${BODY} `, BODY.replace('evt_1', 'evt_2'), '']) {
      expect(refusal(scheme, { ...webhook, body })).toBe('WEBHOOK_SIGNATURE_INVALID');
    }
  });

  it('refuses a request that lacks any of its headers', () => {
    const webhook = send([SECRET]);
    for (const header of Object.keys(webhook.headers)) {
      expect([header, refusal(scheme, without(webhook, header))]).toEqual([
        header,
        'WEBHOOK_SIGNATURE_MISSING',
      ]);
    }
  });

  it('refuses signatures that are cut, empty or no signatures', () => {
    const webhook = send([SECRET]);
    for (const [header, value] of Object.entries(webhook.headers)) {
      if (!/signature|hmac/.test(header)) continue;
      for (const broken of ['', 'x', value.slice(0, -8), value.replace(/.{8}$/, 'AAAAAAA=')]) {
        const altered = { ...webhook, headers: { ...webhook.headers, [header]: broken } };
        expect(refusal(scheme, altered)).toMatch(/^WEBHOOK_SIGNATURE_(INVALID|MISSING)$/);
      }
    }
  });

  it('accepts the old and the new secret while one is rotated', () => {
    expect(refusal(scheme, send([OTHER]), [SECRET, OTHER])).toBeUndefined();
    expect(refusal(scheme, send([SECRET]), [SECRET, OTHER])).toBeUndefined();
  });

  it('tolerates five minutes either way where the time is signed', () => {
    const webhook = send([SECRET]);
    const late = signsTime ? 'WEBHOOK_TIMESTAMP_REFUSED' : undefined;
    for (const distanceMs of [300_000, -300_000]) {
      expect(refusal(scheme, webhook, SECRET, NOW + distanceMs)).toBeUndefined();
      expect(refusal(scheme, webhook, SECRET, NOW + distanceMs + Math.sign(distanceMs) * 1_000)).toBe(late);
    }
  });

  it('refuses a secret that is empty or no string', () => {
    const verifier = new WebhookVerifier({ scheme });
    for (const secret of ['', undefined as unknown as string]) {
      expect(() => verifier.checkSecret(secret)).toThrow(InvalidReceiverOptionError);
    }
  });
});

describe.each(SENDERS.filter(({ signsSeveral }) => signsSeveral))(
  'WebhookVerifier for $scheme, of which a request may have several signatures,',
  ({ scheme, send }) => {
    it('accepts a request if one of them is valid', () => {
      expect(refusal(scheme, send([OTHER, SECRET]))).toBeUndefined();
      expect(refusal(scheme, send([OTHER, OTHER]))).toBe('WEBHOOK_SIGNATURE_INVALID');
    });
  },
);

describe('WebhookVerifier', () => {
  it("accepts what this package's own signer signs, with each secret of a rotation", () => {
    const keys = [OTHER, SECRET].map(parseSigningSecret);
    const headers = {
      'webhook-id': 'e-1',
      'webhook-timestamp': String(AT),
      'webhook-signature': sign(keys, 'e-1', AT, BODY),
    };
    expect(refusal('standard-webhooks', { headers, body: BODY }, SECRET)).toBeUndefined();
    expect(refusal('standard-webhooks', { headers, body: BODY }, OTHER)).toBeUndefined();
  });

  it('accepts the vector that the Standard Webhooks specification publishes', () => {
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const webhook = { headers, body: '{"test": 2432232314}' };
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    expect(refusal('standard-webhooks', webhook, secret, 1_614_265_330_000)).toBeUndefined();
  });

  it('verifies v1a (Ed25519) with a public key, beside v1', () => {
    const [sender, stranger] = [new Ed25519Sender(), new Ed25519Sender()];
    const webhook = sender.send(BODY, AT);
    expect(refusal('standard-webhooks', webhook, [SECRET, sender.publicKey])).toBeUndefined();
    expect(refusal('standard-webhooks', webhook, stranger.publicKey)).toBe('WEBHOOK_SIGNATURE_INVALID');
    expect(refusal('standard-webhooks', { ...webhook, body: `${BODY} ` }, sender.publicKey)).toBe(
      'WEBHOOK_SIGNATURE_INVALID',
    );
  });

  it('accepts no v1 signature as a v1a signature, nor a public key as an HMAC key', () => {
    const { publicKey } = new Ed25519Sender();
    const forged = foreignSigners.standardWebhooks([publicKey.replace('whpk_', 'whsec_')], BODY, AT);
    expect(refusal('standard-webhooks', forged, publicKey)).toBe('WEBHOOK_SIGNATURE_INVALID');
    const renamed = forged.headers['webhook-signature']!.replace('v1,', 'v1a,');
    const headers = { ...forged.headers, 'webhook-signature': renamed };
    expect(refusal('standard-webhooks', { headers, body: BODY }, publicKey)).toBe(
      'WEBHOOK_SIGNATURE_INVALID',
    );
  });

  it('accepts Svix requests with the unbranded headers', () => {
    expect(refusal('svix', foreignSigners.standardWebhooks([SECRET], BODY, AT))).toBeUndefined();
  });

  it('looks at twenty signatures at most', () => {
    const webhook = foreignSigners.standardWebhooks(
      [...Array.from({ length: 20 }, () => OTHER), SECRET],
      BODY,
      AT,
    );
    expect(refusal('standard-webhooks', webhook)).toBe('WEBHOOK_SIGNATURE_INVALID');
  });

  it('uses the tolerance that is set', () => {
    const verifier = new WebhookVerifier({ scheme: 'stripe', toleranceSeconds: 10 });
    const webhook = foreignSigners.stripe([SECRET], BODY, AT);
    expect(verifier.verify(webhook, SECRET, NOW + 10_000).id).toBe('evt_1');
    expect(() => verifier.verify(webhook, SECRET, NOW + 11_000)).toThrow(/differs by 11 s/);
  });

  it.each(['no JSON', '{"id":7}'])('refuses a Stripe event without an id in its signed body: %s', (body) => {
    expect(refusal('stripe', foreignSigners.stripe([SECRET], body, AT))).toBe('WEBHOOK_SIGNATURE_MISSING');
  });

  it('refuses options that cannot work, by name', () => {
    const refused = (options: object): string => {
      try {
        new WebhookVerifier(options as never);
        return 'accepted';
      } catch (error) {
        return (error as InvalidReceiverOptionError).option;
      }
    };
    expect(refused({ scheme: 'stripes' })).toBe('scheme');
    expect(refused({ scheme: 'toString' })).toBe('scheme');
    for (const toleranceSeconds of [0, -1, Number.NaN, Infinity, 86_401]) {
      expect(refused({ scheme: 'stripe', toleranceSeconds })).toBe('toleranceSeconds');
    }
  });

  it('refuses Standard Webhooks secrets that are no base64, and shows none of them', () => {
    const verifier = new WebhookVerifier({ scheme: 'standard-webhooks' });
    for (const secret of ['whsec_', 'whsec_not base64!', 'whpk_AAAA', 'pa$$word!']) {
      expect(() => verifier.checkSecret(secret)).toThrow(InvalidReceiverOptionError);
      expect(() => verifier.checkSecret(secret)).not.toThrow(/not base64!|AAAA|pa\$\$word/);
    }
  });
});
