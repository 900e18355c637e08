import { githubScheme } from './github.js';
import { shopifyScheme } from './shopify.js';
import type { SignatureScheme } from './signature-scheme.js';
import { standardWebhooksScheme, svixScheme } from './standard-webhooks.js';
import { stripeScheme } from './stripe.js';

/** The signature scheme of the sender. This package itself sends `standard-webhooks`. */
export type WebhookScheme = 'standard-webhooks' | 'svix' | 'stripe' | 'github' | 'shopify';

export const SCHEMES: Readonly<Record<WebhookScheme, SignatureScheme>> = {
  'standard-webhooks': standardWebhooksScheme,
  svix: svixScheme,
  stripe: stripeScheme,
  github: githubScheme,
  shopify: shopifyScheme,
};
