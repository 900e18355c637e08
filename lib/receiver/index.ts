export { VerifiedWebhook } from './verified-webhook.decorator.js';
export type {
  SecretsOf,
  UnverifiedWebhook,
  VerifiedWebhookOptions,
  WebhookSecrets,
  WebhookSecretsProvider,
} from './verified-webhook.options.js';
export { WebhookBody, WebhookId, WebhookSignedAt } from './webhook-parameters.js';
export type { ReceivedHeaders, ReceivedRequest, VerifiedRequest } from './received-request.js';
export type { WebhookScheme } from './schemes/schemes.js';
export { WebhookVerifier } from './webhook-verifier.js';
export type { WebhookVerifierOptions } from './webhook-verifier.js';

export { WebhookInbox } from './inbox/webhook-inbox.js';
export type { InboxEntry, InboxResult } from './inbox/webhook-inbox.js';
export { WebhookInboxEntity } from './inbox/webhook-inbox.entity.js';
export { CreateWebhookInbox1764115200000 as CreateWebhookInbox } from './inbox/create-webhook-inbox.js';

export {
  InboxNotInTransactionError,
  InboxTableMissingError,
  InvalidInboxEntryError,
  InvalidReceiverOptionError,
  RawBodyMissingError,
  WebhookNotVerifiedError,
  WebhookVerificationError,
} from '../errors/receiver.errors.js';
export type { WebhookVerificationCode } from '../errors/receiver.errors.js';
export { WebhooksError } from '../errors/webhooks-error.js';
