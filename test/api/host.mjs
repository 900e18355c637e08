// A host as small as one can be: the module on SQLite and Express, and one route of its own that emits.
import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ApiBearerAuth,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { TypeOrmModule } from '@nestjs/typeorm';
import { describeWebhooks, WebhookEmitter, WebhooksModule } from '../../dist/esm/index.js';

/** The one token that may administer every tenant. */
export const TOKEN = 'test-token';

class TokenPolicy {
  check({ headers }) {
    return headers.authorization === `Bearer ${TOKEN}` ? 'granted' : 'unauthenticated';
  }

  checkOperator(request) {
    return this.check(request);
  }
}

class OrdersController {
  constructor(emitter) {
    this.emitter = emitter;
  }

  async settle(tenantUid, orderUid) {
    await this.emitter.emit('ORDER_SETTLED', { order: { Uid: orderUid } }, { tenantUid });
  }
}

// Plain JavaScript has no decorators; the functions behind them are the same.
const methodDecorators = [
  Post(':orderUid/settle'),
  HttpCode(204),
  ApiOperation({
    operationId: 'settleOrder',
    summary: 'Settle an order',
    description: 'Emits ORDER_SETTLED.',
  }),
  ApiParam({ name: 'tenantUid', description: 'Uid of the tenant.', schema: { type: 'string' } }),
  ApiParam({ name: 'orderUid', description: 'Uid of the order.', schema: { type: 'string' } }),
  ApiNoContentResponse({ description: 'Settled.' }),
  ApiNotFoundResponse({ description: 'No such order.' }),
];
const settle = Object.getOwnPropertyDescriptor(OrdersController.prototype, 'settle');
for (const decorate of methodDecorators) decorate(OrdersController.prototype, 'settle', settle);
Param('tenantUid')(OrdersController.prototype, 'settle', 0);
Param('orderUid')(OrdersController.prototype, 'settle', 1);
Inject(WebhookEmitter)(OrdersController, undefined, 0);
for (const decorate of [
  Controller('tenants/:tenantUid/orders'),
  ApiTags('Orders'),
  ApiBearerAuth('bearer'),
]) {
  decorate(OrdersController);
}

/**
 * Starts the host on a free port of the loopback interface.
 *
 * @returns {Promise<{ url: string, document: object, close: () => Promise<void> }>} `document` is its OpenAPI document
 */
export async function startHost() {
  const folder = mkdtempSync(path.join(tmpdir(), 'tillhook-api-'));
  const host = {
    module: class HostModule {},
    controllers: [OrdersController],
    imports: [
      TypeOrmModule.forRoot({ type: 'better-sqlite3', database: path.join(folder, 'host.sqlite') }),
      WebhooksModule.forRoot({
        accessPolicy: TokenPolicy,
        runMigrations: true,
        portal: true,
        pollMs: 25,
        egress: { allowCidrs: ['127.0.0.1/32'], allowHttp: true },
      }),
    ],
  };
  const app = await NestFactory.create(host, { logger: ['error', 'warn'], abortOnError: false });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const config = new DocumentBuilder()
    .setTitle('Test host')
    .setDescription('A host of nestjs-tillhook.')
    .setVersion('1.0.0')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .setContact('The team', 'https://pos.example.com', 'team@pos.example.com')
    .addServer('/')
    .addTag('Orders', 'Orders of the host.')
    .build();
  const document = describeWebhooks(SwaggerModule.createDocument(app, config));
  const close = async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, document, close };
}
