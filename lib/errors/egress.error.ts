import { WebhooksError } from './webhooks-error.js';

/**
 * Why an attempt got no answer. There is no code of its own for a target that the address policy blocks:
 * it is `CONNECT_FAILED`, exactly as a closed port is, so that nobody can map an internal network by reading
 * his delivery log.
 */
export type EgressErrorCode = keyof typeof MESSAGES;

/** One fixed text per code: an address, a port or a resolver's answer must never reach a tenant. */
const MESSAGES = {
  TIMEOUT: 'No complete answer before the deadline of the attempt.',
  DNS_FAILED: 'The host name could not be resolved.',
  CONNECT_FAILED: 'No connection to the receiver could be made.',
  TLS_FAILED:
    'The TLS handshake with the receiver failed, or its certificate is not valid for the host name.',
  CONNECTION_RESET: 'The receiver closed the connection before it had answered.',
  PROTOCOL_ERROR:
    'The receiver sent something that is not an HTTP/1.1 answer within the limits, or the request could not be written.',
  ABORTED: 'The attempt was given up by this process before there was an answer.',
} as const;

/** An attempt that got no answer. `code` and `message` are safe to store and to show to the tenant. */
export class EgressError extends WebhooksError {
  declare readonly code: EgressErrorCode;

  constructor(code: EgressErrorCode) {
    super(code, MESSAGES[code]);
  }
}
