import { BadRequestException, createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { verifiedOf } from './verified-requests.js';

const requestOf = (context: ExecutionContext): object => context.switchToHttp().getRequest<object>();

/**
 * The sender's id of the webhook, the same for each retry: see `VerifiedRequest.id`. Pass it to `WebhookInbox.once`.
 *
 * @throws {WebhookNotVerifiedError} without `@VerifiedWebhook`
 */
export const WebhookId = createParamDecorator(
  (_data: unknown, context) => verifiedOf(requestOf(context), '@WebhookId()').id,
);

/**
 * The body, parsed from the verified bytes. It accepts pipes, as `@Body()` does.
 *
 * @throws {WebhookNotVerifiedError} without `@VerifiedWebhook`
 * @throws {BadRequestException} if the body is not JSON
 */
export const WebhookBody = createParamDecorator((_data: unknown, context): unknown => {
  const { body } = verifiedOf(requestOf(context), '@WebhookBody()');
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch (cause) {
    throw new BadRequestException('The body of the webhook is not JSON.', { cause });
  }
});

/**
 * When the webhook was signed, as a `Date`; undefined with `github` and `shopify`, which do not sign a time.
 *
 * @throws {WebhookNotVerifiedError} without `@VerifiedWebhook`
 */
export const WebhookSignedAt = createParamDecorator(
  (_data: unknown, context) => verifiedOf(requestOf(context), '@WebhookSignedAt()').signedAt,
);
