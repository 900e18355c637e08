import { createHmac, generateKeyPairSync, sign as signEd25519 } from 'node:crypto';

/** A signed request as it is sent. */
export interface SignedWebhook {
  readonly headers: Record<string, string>;
  readonly body: string;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Senders of webhooks, each written from the published description of its scheme and from nothing in `lib/`. */
export const foreignSigners = {
  standardWebhooks(secrets: readonly string[], body: string, at: number, prefix = 'webhook'): SignedWebhook {
    const id = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W';
    const signatures = secrets.map((secret) => {
      const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
      return `v1,${hmac(key, `${id}.${at}.${body}`).toString('base64')}`;
    });
    return {
      headers: {
        [`${prefix}-id`]: id,
        [`${prefix}-timestamp`]: String(at),
        [`${prefix}-signature`]: signatures.join(' '),
      },
      body,
    };
  },

  stripe(secrets: readonly string[], body: string, at: number): SignedWebhook {
    const signatures = secrets.map((secret) => `v1=${hmac(secret, `${at}.${body}`).toString('hex')}`);
    return { headers: { 'stripe-signature': [`t=${at}`, 'v0=6ffbb59b', ...signatures].join(',') }, body };
  },

  github(secret: string, body: string): SignedWebhook {
    return {
      headers: {
        'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
        'x-hub-signature-256': `sha256=${hmac(secret, body).toString('hex')}`,
      },
      body,
    };
  },

  shopify(secret: string, body: string): SignedWebhook {
    return {
      headers: {
        'x-shopify-event-id': '98880550-7158-44d4-b7cd-2c97c8a091b5',
        'x-shopify-hmac-sha256': hmac(secret, body).toString('base64'),
      },
      body,
    };
  },
};

/** A sender of Standard Webhooks `v1a`: an Ed25519 key pair of its own. */
export class Ed25519Sender {
  readonly #keys = generateKeyPairSync('ed25519');

  /** `whpk_…` */
  get publicKey(): string {
    const spki = this.#keys.publicKey.export({ format: 'der', type: 'spki' });
    return `whpk_${spki.subarray(-32).toString('base64')}`;
  }

  send(body: string, at: number): SignedWebhook {
    const id = 'msg_asymmetric';
    const signature = signEd25519(null, Buffer.from(`${id}.${at}.${body}`), this.#keys.privateKey);
    return {
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(at),
        'webhook-signature': `v1a,${signature.toString('base64')}`,
      },
      body,
    };
  }
}
