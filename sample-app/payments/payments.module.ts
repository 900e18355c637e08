import { type DynamicModule, Module } from '@nestjs/common';
import { WebhookInbox } from 'nestjs-tillhook/receiver';
import { PosModule } from '../pos.module.js';
import { PaymentSecrets } from './payment-secrets.js';
import { PaymentsController } from './payments.controller.js';
import { PaymentsService } from './payments.service.js';

/** The webhooks of a payment provider, beside the point of sale. */
@Module({})
export class PaymentsModule {
  static register(secrets: readonly string[]): DynamicModule {
    return {
      module: PaymentsModule,
      imports: [PosModule],
      controllers: [PaymentsController],
      providers: [
        PaymentsService,
        WebhookInbox,
        { provide: PaymentSecrets, useValue: new PaymentSecrets(secrets) },
      ],
    };
  }
}
