import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { VERIFICATION, VerifiedWebhookGuard } from './verified-webhook.guard.js';
import { resolveVerification, type VerifiedWebhookOptions } from './verified-webhook.options.js';

/**
 * For a handler or a controller: accepts only requests with a valid signature, and responds with 401 to others. The app must be
 * created with `rawBody: true`.
 *
 * ```ts
 * @Post('stripe')
 * @VerifiedWebhook({ scheme: 'stripe', secrets: () => process.env.STRIPE_WEBHOOK_SECRET ?? [] })
 * received(@WebhookId() id: string, @WebhookBody() event: StripeEvent) {}
 * ```
 *
 * @throws {InvalidReceiverOptionError} when the class is loaded, for invalid options
 */
export const VerifiedWebhook = (options: VerifiedWebhookOptions): ClassDecorator & MethodDecorator =>
  applyDecorators(SetMetadata(VERIFICATION, resolveVerification(options)), UseGuards(VerifiedWebhookGuard));
