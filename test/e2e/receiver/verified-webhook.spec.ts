import 'reflect-metadata';
import { Controller, Injectable, Module, Post } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type UnverifiedWebhook,
  VerifiedWebhook,
  WebhookBody,
  WebhookId,
  type WebhookSecretsProvider,
  WebhookSignedAt,
} from '../../../lib/receiver/index.js';
import { Ed25519Sender, foreignSigners, type SignedWebhook } from '../../support/foreign-signers.js';
import { LogCapture } from '../../support/log-capture.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OLD_SECRET = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const BODY = '{ "id": "evt_1",  "type":"payment_intent.succeeded" }';
const sender = new Ed25519Sender();

const now = (): number => Math.floor(Date.now() / 1_000);

/** Secrets by account, as a host with many accounts keeps them. */
@Injectable()
class AccountSecrets implements WebhookSecretsProvider {
  secretsOf({ request }: UnverifiedWebhook): Promise<string[]> {
    const { account } = (request as { params: { account: string } }).params;
    return Promise.resolve(account === 'acme' ? [SECRET] : []);
  }
}

interface Received {
  id: string;
  body: unknown;
  signedAt?: number;
}

@Controller('hooks')
class HooksController {
  @Post('standard')
  @VerifiedWebhook({ scheme: 'standard-webhooks', secrets: [SECRET, OLD_SECRET, sender.publicKey] })
  standard(
    @WebhookId() id: string,
    @WebhookBody() body: unknown,
    @WebhookSignedAt() signedAt: Date,
  ): Received {
    return { id, body, signedAt: signedAt.getTime() };
  }

  @Post('svix')
  @VerifiedWebhook({ scheme: 'svix', secrets: SECRET })
  svix(@WebhookId() id: string, @WebhookBody() body: unknown): Received {
    return { id, body };
  }

  @Post('stripe')
  @VerifiedWebhook({ scheme: 'stripe', secrets: () => Promise.resolve(SECRET) })
  stripe(@WebhookId() id: string, @WebhookBody() body: unknown): Received {
    return { id, body };
  }

  @Post('github')
  @VerifiedWebhook({ scheme: 'github', secrets: () => SECRET })
  github(@WebhookId() id: string, @WebhookBody() body: unknown): Received {
    return { id, body };
  }

  @Post('shopify/:account')
  @VerifiedWebhook({ scheme: 'shopify', secrets: { useExisting: AccountSecrets } })
  shopify(@WebhookId() id: string, @WebhookBody() body: unknown): Received {
    return { id, body };
  }

  @Post('unverified')
  unverified(@WebhookId() id: string): Received {
    return { id, body: undefined };
  }
}

@VerifiedWebhook({ scheme: 'github', secrets: SECRET })
@Controller('guarded')
class GuardedController {
  @Post()
  received(@WebhookId() id: string): Received {
    return { id, body: undefined };
  }

  @Post('other')
  other(@WebhookId() id: string): Received {
    return { id, body: undefined };
  }
}

@Module({ controllers: [HooksController, GuardedController], providers: [AccountSecrets] })
class HostModule {}

async function start(platform: string, rawBody: boolean, logger?: LogCapture): Promise<INestApplication> {
  const options = { rawBody, logger: logger ?? ['error' as const, 'warn' as const] };
  const app: INestApplication =
    platform === 'fastify'
      ? await NestFactory.create(HostModule, new FastifyAdapter(), options)
      : await NestFactory.create(HostModule, options);
  await app.listen(0, '127.0.0.1');
  return app;
}

interface ReceiverReply {
  status: number;
  json: Record<string, unknown>;
}

async function post(
  app: INestApplication,
  path: string,
  { headers, body }: SignedWebhook,
): Promise<ReceiverReply> {
  const response = await fetch(`${await app.getUrl()}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body,
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

describe.each(['express', 'fastify'])('@VerifiedWebhook on %s', (platform) => {
  let app: INestApplication;
  beforeAll(async () => {
    app = await start(platform, true);
  });
  afterAll(() => app.close());

  const parsed: unknown = JSON.parse(BODY);
  const SIGNED: [string, string, () => SignedWebhook][] = [
    ['/hooks/standard', 'Standard Webhooks v1', () => foreignSigners.standardWebhooks([SECRET], BODY, now())],
    ['/hooks/standard', 'the old secret', () => foreignSigners.standardWebhooks([OLD_SECRET], BODY, now())],
    ['/hooks/standard', 'Standard Webhooks v1a', () => sender.send(BODY, now())],
    ['/hooks/svix', 'Svix', () => foreignSigners.standardWebhooks([SECRET], BODY, now(), 'svix')],
    ['/hooks/stripe', 'Stripe', () => foreignSigners.stripe([SECRET], BODY, now())],
    ['/hooks/github', 'GitHub', () => foreignSigners.github(SECRET, BODY)],
    ['/hooks/shopify/acme', 'Shopify', () => foreignSigners.shopify(SECRET, BODY)],
  ];

  it.each(SIGNED)(
    'passes a signed request on with its id and its parsed body: %s, %s',
    async (path, _title, send) => {
      const { status, json } = await post(app, path, send());
      expect([status, json['body']]).toEqual([201, parsed]);
      expect(json['id']).toMatch(/^(msg_|evt_1|72d3|9888)/);
    },
  );

  it.each(SIGNED)('responds 401 with a code to an altered body: %s, %s', async (path, _title, send) => {
    const { status, json } = await post(app, path, { ...send(), body: `${BODY} ` });
    expect([status, json['code']]).toEqual([401, 'WEBHOOK_SIGNATURE_INVALID']);
  });

  it.each(SIGNED)('responds 401 to a request without signature: %s, %s', async (path) => {
    const { status, json } = await post(app, path, { headers: {}, body: BODY });
    expect([status, json['code']]).toEqual([401, 'WEBHOOK_SIGNATURE_MISSING']);
  });

  it('responds 401 to another secret, to an old time, and to an empty body', async () => {
    const codeOf = async (webhook: SignedWebhook): Promise<unknown[]> => {
      const { status, json } = await post(app, '/hooks/standard', webhook);
      return [status, json['code']];
    };
    expect(await codeOf(foreignSigners.standardWebhooks([OTHER], BODY, now()))).toEqual([
      401,
      'WEBHOOK_SIGNATURE_INVALID',
    ]);
    expect(await codeOf(foreignSigners.standardWebhooks([SECRET], BODY, now() - 310))).toEqual([
      401,
      'WEBHOOK_TIMESTAMP_REFUSED',
    ]);
    const { headers } = foreignSigners.standardWebhooks([SECRET], BODY, now());
    const response = await fetch(`${await app.getUrl()}/hooks/standard`, { method: 'POST', headers });
    expect(response.status).toBe(401);
  });

  it('gives the time at which the webhook was signed', async () => {
    const at = now() - 60;
    const webhook = foreignSigners.standardWebhooks([SECRET], BODY, at);
    const { json } = await post(app, '/hooks/standard', webhook);
    expect(json['signedAt']).toBe(at * 1_000);
  });

  it('refuses an account of which the provider knows no secret', async () => {
    const { status } = await post(app, '/hooks/shopify/unknown', foreignSigners.shopify(SECRET, BODY));
    expect(status).toBe(401);
  });

  it('guards every handler of a controller', async () => {
    for (const path of ['/guarded', '/guarded/other']) {
      expect((await post(app, path, foreignSigners.github(SECRET, BODY))).status).toBe(201);
      expect((await post(app, path, foreignSigners.github(OTHER, BODY))).status).toBe(401);
    }
  });

  it('responds 400 to a signed body that is no JSON where the platform lets it pass', async () => {
    const webhook = foreignSigners.github(SECRET, 'payload=1');
    const headers = { ...webhook.headers, 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post(app, '/hooks/github', { ...webhook, headers })).status).toBe(400);
  });

  it('throws in a parameter decorator if the handler lacks @VerifiedWebhook', async () => {
    const log = new LogCapture();
    const logged = await start(platform, true, log);
    const { status } = await post(logged, '/hooks/unverified', { headers: {}, body: BODY });
    await logged.close();
    expect(status).toBe(500);
    expect(log.at('error', /Put @VerifiedWebhook\(\{ scheme, secrets \}\) on the handler/)).toHaveLength(1);
  });

  it('fails with the remedy in an app without rawBody', async () => {
    const log = new LogCapture();
    const bare = await start(platform, false, log);
    const { status } = await post(bare, '/hooks/github', foreignSigners.github(SECRET, BODY));
    await bare.close();
    expect(status).toBe(500);
    expect(log.at('error', /NestFactory\.create\(AppModule, \{ rawBody: true \}\)/)).toHaveLength(1);
  });
});

describe('@VerifiedWebhook', () => {
  it('refuses, when the class is loaded, options that cannot work', () => {
    const load = (options: object) => () => VerifiedWebhook(options as never);
    expect(load({ scheme: 'stripe', secrets: undefined })).toThrow(/pass a function/);
    expect(load({ scheme: 'stripe', secrets: ['', SECRET] })).toThrow(/empty secret/);
    expect(load({ scheme: 'paypal', secrets: SECRET })).toThrow(/"scheme".*standard-webhooks/);
  });
});
