import { Test } from '@nestjs/testing';
import {
  overrideWebhooks,
  recordingEmitterOf,
  WebhooksTestingModule,
  webhookMatchers,
  type RecordingWebhookEmitter,
  type WebhookMatchers,
} from 'nestjs-tillhook/testing';
import { afterEach, expect, it } from 'vitest';
import { AppModule, databaseIn, OrdersService, TillsService } from './app.js';

expect.extend(webhookMatchers);
declare module 'vitest' {
  interface Matchers<T> extends WebhookMatchers<T> {}
}

let close: () => Promise<void>;
afterEach(() => close());

function expectRecorded(webhooks: RecordingWebhookEmitter): void {
  expect(webhooks).toHaveEmitted('ORDER_SETTLED', { order: { Uid: expect.any(String) } });
  expect(webhooks).toHaveEmitted('TILL_OPEN', { till: { Uid: '30' } });
  expect(webhooks).not.toHaveEmitted('TILL_OPEN', { till: { Uid: '31' } });
  expect(webhooks).toHaveEmittedTimes('ORDER_SETTLED', 1);
  const wrong = () => expect(webhooks).toHaveEmittedTimes('TILL_OPEN', 2);
  expect(wrong).toThrow('emitted: 1.');
}

it('records what providers emit beside WebhooksTestingModule', async () => {
  const moduleRef = await Test.createTestingModule({
    imports: [databaseIn('recording.sqlite'), WebhooksTestingModule.forRoot()],
    providers: [OrdersService, TillsService],
  }).compile();
  close = () => moduleRef.close();
  await moduleRef.get(OrdersService).settle('700');
  await moduleRef.get(TillsService).open('30');
  expectRecorded(recordingEmitterOf(moduleRef));
});

it('records what a whole app emits', async () => {
  const moduleRef = await overrideWebhooks(Test.createTestingModule({ imports: [AppModule] })).compile();
  close = () => moduleRef.close();
  await moduleRef.get(OrdersService).settle('700');
  await moduleRef.get(TillsService).open('30');
  expectRecorded(recordingEmitterOf(moduleRef));
});
