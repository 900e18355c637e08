/** Report of the receiver about one request. */
export interface ReceivedRequest {
  /** `webhook-id`: the same in every attempt of an event. */
  readonly id: string;
  readonly action: string;
  readonly attempt: number;
  readonly body: string;
  /** Whether the `standardwebhooks` package accepted the signature. */
  readonly verified: boolean;
  /** Status code of the response. */
  readonly statusCode: number;
}

/** From the receiver to the demo. */
export type FromReceiver =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'received'; readonly request: ReceivedRequest };

/** From the demo to the receiver. */
export type ToReceiver =
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'failNext'; readonly requests: number };
