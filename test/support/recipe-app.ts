import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { getWebhooksToken, HttpTransports, Webhooks } from 'nestjs-tillhook';
import { deliverAll, WebhookReceiver } from 'nestjs-tillhook/testing';

/** How a recipe is started. */
export interface RecipeOptions {
  /** The SQLite file, for the recipe's `process.env.DATABASE_FILE`. */
  readonly file: string;
  /** Default `express`. */
  readonly platform?: 'express' | 'fastify';
  /** Configures the app before it listens, as `main.ts` does. Default: nothing is configured. */
  readonly configure?: (app: INestApplication) => void;
}

/** An application of a recipe in docs/recipes.md, with its HTTP server on a loopback port. */
export class RecipeApp {
  readonly #receivers: WebhookReceiver[] = [];

  private constructor(
    readonly app: INestApplication,
    /** Without a trailing slash. */
    readonly url: string,
  ) {}

  static async start(module: Type, { file, platform, configure }: RecipeOptions): Promise<RecipeApp> {
    process.env.DATABASE_FILE = file;
    const options = { logger: false as const, abortOnError: false };
    const app: INestApplication =
      platform === 'fastify'
        ? await NestFactory.create(module, new FastifyAdapter(), options)
        : await NestFactory.create(module, options);
    configure?.(app);
    await app.listen(0, '127.0.0.1');
    return new RecipeApp(app, await app.getUrl());
  }

  get<T>(type: Type<T>): T {
    return this.app.get(type, { strict: false });
  }

  /** Sends a GET. @returns the status and the JSON of the response; undefined: it has no JSON */
  async request(path: string, headers: Record<string, string> = {}): Promise<[number, unknown]> {
    const response = await fetch(this.url + path, { headers: { connection: 'close', ...headers } });
    return [response.status, await response.json().catch(() => undefined)];
  }

  /** A receiver that gets all actions of the tenant from the instance of this name. */
  async subscribe(tenantUid: string, name?: string): Promise<WebhookReceiver> {
    const receiver = await WebhookReceiver.start();
    this.#receivers.push(receiver);
    const find = <T>(type: Type<T>): T => this.app.get(getWebhooksToken(type, name), { strict: false });
    const { httpTransportUid } = await find(HttpTransports).create(tenantUid, {
      name: 'ERP',
      url: receiver.url,
    });
    await find(Webhooks).create(tenantUid, httpTransportUid, { action: '*' });
    return receiver;
  }

  /** @returns the bodies that have arrived, after everything that was committed has been delivered */
  async arrived(receiver: WebhookReceiver, name?: string): Promise<unknown[]> {
    await deliverAll(this.app, name === undefined ? {} : { name });
    return receiver.requests.map(({ json }) => json);
  }

  async close(): Promise<void> {
    await this.app.close();
    for (const receiver of this.#receivers) await receiver.close();
  }
}
