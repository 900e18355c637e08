import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { HttpTransports, Webhooks } from 'nestjs-tillhook';
import { deliverAll, WebhookReceiver } from 'nestjs-tillhook/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppModule, OrdersService } from './app.js';

let app: INestApplication;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  app = (await Test.createTestingModule({ imports: [AppModule] }).compile()).createNestApplication();
  await app.init();
});
afterAll(async () => {
  await app.close();
  await receiver.close();
});

it('delivers what was committed, signed, and again after a failure', async () => {
  const { httpTransportUid, signingSecret } = await app
    .get(HttpTransports)
    .create('7', { name: 'ERP', url: receiver.url });
  await app.get(Webhooks).create('7', httpTransportUid, { action: 'ORDER_*' });
  receiver.verifyWith(signingSecret);
  receiver.respondNext({ status: 503 });
  await app.get(OrdersService).settle('700');
  await deliverAll(app);
  expect(receiver.requests.map(({ action, isVerified }) => [action, isVerified])).toEqual([
    ['ORDER_SETTLED', true],
    ['ORDER_SETTLED', true],
  ]);
});
