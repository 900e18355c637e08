import { WebhooksError } from './webhooks-error.js';

/**
 * Why an attempt got no answer.
 *
 * There is no code of its own for a target that the address policy blocks: it is `CONNECT_FAILED`, exactly as
 * a closed port is, with the same text. A blocked address is never dialled, so that whether something listens
 * there cannot show either: nobody can map an internal network by reading his delivery log. `DNS_FAILED` is
 * apart because a mistyped name is the commonest mistake of all. It does tell whether the resolver knows a
 * name; where that resolver knows private names, `egress.dnsServers` should point to one that does not.
 */
export type EgressErrorCode = keyof typeof MESSAGES;

/** One fixed text per code: an address, a port or a resolver's answer must never reach a tenant. */
const MESSAGES = {
  TIMEOUT: 'No answer before the deadline of the attempt.',
  DNS_FAILED: 'The host name could not be resolved.',
  CONNECT_FAILED: 'No connection to the receiver could be made.',
  TLS_FAILED:
    'The TLS handshake with the receiver failed, or its certificate is not valid for the host name.',
  CONNECTION_RESET: 'The receiver closed the connection before it had answered.',
  PROTOCOL_ERROR: 'The receiver sent something other than an HTTP/1.1 answer with headers of at most 16 KiB.',
  INVALID_REQUEST: 'The request could not be written: a header or the path is not valid.',
  ABORTED: 'The attempt was given up by this process before there was an answer.',
} as const;

/** An attempt that got no answer. `code` and `message` are safe to store and to show to the tenant. */
export class EgressError extends WebhooksError {
  declare readonly code: EgressErrorCode;
  /**
   * True when the address policy forbade the connection. For the operator's log and metrics alone: never
   * store it with the attempt or show it to the tenant, to whom this must look like a closed port.
   */
  declare readonly refusedByPolicy: boolean;

  constructor(code: EgressErrorCode, { refusedByPolicy = false } = {}) {
    super(code, MESSAGES[code]);
    Object.defineProperty(this, 'refusedByPolicy', { value: refusedByPolicy });
  }
}
