import { Test } from '@nestjs/testing';
import { recordingEmitterOf, WebhooksTestingModule, webhookMatchers } from 'nestjs-tillhook/testing';
import { expect, it } from 'vitest';
import { TillsService } from './app.js';

expect.extend(webhookMatchers);

it('records what a provider emits whose constructor names its tokens', async () => {
  const moduleRef = await Test.createTestingModule({
    imports: [WebhooksTestingModule.forRoot()],
    providers: [TillsService],
  }).compile();
  await moduleRef.get(TillsService).open('30');
  const webhooks = recordingEmitterOf(moduleRef);
  expect(webhooks).toHaveEmitted('TILL_OPEN', { till: { Uid: '30' } });
  await moduleRef.close();
});
