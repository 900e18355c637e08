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
} from '../errors/inbox.error.js';
export { InvalidReceiverOptionError } from '../errors/invalid-receiver-option.error.js';
export { RawBodyMissingError } from '../errors/raw-body-missing.error.js';
export { WebhookNotVerifiedError } from '../errors/webhook-not-verified.error.js';
export { WebhookVerificationError } from '../errors/webhook-verification.error.js';
export type { WebhookVerificationCode } from '../errors/webhook-verification.error.js';
export { WebhooksError } from '../errors/webhooks-error.js';
