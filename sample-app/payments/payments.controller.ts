import { Controller, HttpCode, Post, ValidationPipe } from '@nestjs/common';
import {
  ApiBody,
  ApiNoContentResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import { VerifiedWebhook, WebhookBody, WebhookId } from 'nestjs-tillhook/receiver';
import { ApiErrors, ApiOutage } from '../errors/api-responses.js';
import { ErrorView } from '../errors/error.view.js';
import { PaymentEvent } from './payment-event.js';
import { PaymentSecrets } from './payment-secrets.js';
import { PaymentsService } from './payments.service.js';

/** Members that the app does not read are allowed: the provider adds some at any time. */
const VALID_EVENT = new ValidationPipe({
  expectedType: PaymentEvent,
  transform: true,
  // Needed because `@WebhookBody` is not one of Nest's own parameter decorators.
  validateCustomDecorators: true,
});

/**
 * Receives the webhooks of a payment provider. The signature authorizes them; there is no access token.
 *
 * A provider retries for days until it gets a 2xx, shows the failure to its users, and disables a receiver that keeps
 * failing. So this app acknowledges events that it will never need. A payment for an order of this app that cannot be
 * recorded is refused instead: money has moved, so the failure must be seen, and a retry succeeds once its cause is removed.
 */
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
  @ApiNoContentResponse({
    description:
      'The event was processed, now or before. Or it was ignored, because it has another type or the metadata of its payment has no `orderUid`.',
  })
  @ApiUnauthorizedResponse({ description: 'The request has no valid signature.', type: ErrorView })
  @ApiErrors(400, 404, 409)
  @ApiOutage()
  async received(@WebhookId() id: string, @WebhookBody(VALID_EVENT) event: PaymentEvent): Promise<void> {
    await this.payments.received(id, event);
  }
}
