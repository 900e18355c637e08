/** Headers of a request by their names in lower case, as Node has them. */
export type ReceivedHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request as it was received. */
export interface ReceivedRequest {
  readonly headers: ReceivedHeaders;
  /** The bytes of the body before parsing. A string counts as UTF-8. */
  readonly body: Buffer | string;
}

/** A request whose signature is valid. */
export interface VerifiedRequest {
  /**
   * The sender's id of the webhook, the same for each retry: `webhook-id`, `svix-id`, the `id` of a Stripe event,
   * `x-github-delivery`, `x-shopify-event-id`. The last two are not covered by the signature.
   */
  readonly id: string;
  /** When the request was signed; undefined for `github` and `shopify`, which do not sign a time. */
  readonly signedAt: Date | undefined;
}
