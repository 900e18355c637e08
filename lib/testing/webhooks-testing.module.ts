import { Module, type DynamicModule } from '@nestjs/common';
import type { ActionCatalog } from '../domain/action-catalog.js';
import { WebhookEmitter } from '../emitter/webhook-emitter.js';
import { posCatalog } from '../pos/pos-catalog.js';
import { EXPORTED } from '../webhooks.instances.js';
import { notThere } from './not-there.js';
import { RecordingWebhookEmitter } from './recording-webhook-emitter.js';

/** Options of `WebhooksTestingModule.forRoot`. */
export interface WebhooksTestingOptions {
  /** The catalog that is given to `WebhooksModule`. Default: `posCatalog`. */
  readonly catalog?: ActionCatalog;
}

/**
 * Stands in for `WebhooksModule` in a test: its `WebhookEmitter` is a `RecordingWebhookEmitter`, and there is no database. Import it
 * beside the providers under test, or use it with `overrideModule(webhooksModule).useModule(…)`, where `webhooksModule` is the very
 * value that the app imports. It is global.
 */
@Module({})
export class WebhooksTestingModule {
  static forRoot({ catalog = posCatalog }: WebhooksTestingOptions = {}): DynamicModule {
    const others = EXPORTED.filter((type) => type !== WebhookEmitter);
    return {
      module: WebhooksTestingModule,
      global: true,
      providers: [
        { provide: WebhookEmitter, useFactory: () => new RecordingWebhookEmitter({ catalog }) },
        { provide: RecordingWebhookEmitter, useExisting: WebhookEmitter },
        ...others.map((token) => ({ provide: token, useValue: notThere(token.name) })),
      ],
      exports: [WebhookEmitter, RecordingWebhookEmitter, ...others],
    };
  }
}
