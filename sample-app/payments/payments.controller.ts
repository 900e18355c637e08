import { Controller, HttpCode, Post } from '@nestjs/common';
import {
  ApiBody,
  ApiNoContentResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import { VerifiedWebhook, WebhookBody, WebhookId } from 'nestjs-tillhook/receiver';
import { ApiOutage } from '../errors/api-answers.js';
import { ErrorView } from '../errors/error.view.js';
import type { PaymentEvent } from './payment-event.js';
import { PaymentSecrets } from './payment-secrets.js';
import { PaymentsService } from './payments.service.js';

/** Receives the webhooks of a payment provider. The signature is what authorizes them; there is no access token. */
@Controller('v2/payments')
@ApiTags('payments')
export class PaymentsController {
  constructor(private readonly payments: PaymentsService) {}

  @Post('stripe')
  @HttpCode(204)
  @VerifiedWebhook({ scheme: 'stripe', secrets: { useExisting: PaymentSecrets } })
  @ApiOperation({
    summary: 'Webhooks of Stripe: a payment that succeeded pays its order, once',
    security: [],
  })
  @ApiBody({ schema: { type: 'object' }, description: 'An event of Stripe, as Stripe sends it.' })
  @ApiNoContentResponse({ description: 'Processed, now or before, or of a type that the app does not need.' })
  @ApiUnauthorizedResponse({ description: 'No valid signature.', type: ErrorView })
  @ApiOutage()
  async received(@WebhookId() id: string, @WebhookBody() event: PaymentEvent): Promise<void> {
    await this.payments.received(id, event);
  }
}
