/** The groups of routes of the admin API, in the order in which a document shows them. */
export type WebhooksTagGroup =
  | 'httpTransports'
  | 'webhooks'
  | 'deliveries'
  | 'events'
  | 'audit'
  | 'catalogAndQuotas'
  | 'portal'
  | 'operations';

/** Default name and description of the tag of each group. */
export const TAGS: Readonly<
  Record<WebhooksTagGroup, { readonly name: string; readonly description: string }>
> = {
  httpTransports: {
    name: 'HTTP transports',
    description:
      'Receivers of webhooks: the URL, the credentials, the signing secret and the state of each. You can pause, disable and test an HTTP transport.',
  },
  webhooks: {
    name: 'Webhooks',
    description: 'Subscriptions: which actions are sent to which HTTP transport.',
  },
  deliveries: {
    name: 'Webhook deliveries',
    description: 'The log: each delivery with its event, its status and its attempts.',
  },
  events: {
    name: 'Webhook events',
    description:
      'Events that were emitted, and for each webhook the delivery or the reason why there is none.',
  },
  audit: {
    name: 'Webhook audit',
    description:
      'Who changed which HTTP transport, webhook, secret or portal link, who started or cancelled which recovery or replay, and when.',
  },
  catalogAndQuotas: {
    name: 'Webhook catalog and quotas',
    description:
      'The actions that webhooks can subscribe to, and how many HTTP transports, webhooks and pending deliveries the tenant may have.',
  },
  portal: {
    name: 'Webhook portal',
    description:
      'Links that open the portal: a web page on which the admins of a tenant manage their webhooks.',
  },
  operations: {
    name: 'Webhook operations',
    description:
      'Views of all tenants for the operators of the service: failing HTTP transports, waiting work and the processes that do it. Operators can stop and resume all deliveries.',
  },
};

/** Name of the security scheme in the document, unless `describeWebhooks` sets another one. */
export const SECURITY_SCHEME = 'bearer';
