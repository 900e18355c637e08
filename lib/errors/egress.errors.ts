import { WebhooksError } from './webhooks-error.js';

/**
 * Why an attempt got no response.
 *
 * A target that the address policy blocks has no code of its own. It is reported as `CONNECT_FAILED` with the same text as
 * a closed port. The module never connects to a blocked address, so the result cannot depend on whether a service listens
 * there. Tenants therefore cannot map an internal network through their delivery log.
 *
 * `DNS_FAILED` is a separate code because a mistyped name is the most frequent mistake. It reveals whether the resolver
 * knows a name. If that resolver knows private names, set `egress.dnsServers` to one that does not.
 */
export type EgressErrorCode = keyof typeof MESSAGES;

/** One fixed text per code: an address, a port or a DNS result must never reach a tenant. */
const MESSAGES = {
  TIMEOUT: 'No response before the deadline of the attempt.',
  DNS_FAILED: 'The host name could not be resolved.',
  CONNECT_FAILED: 'No connection to the receiver could be made.',
  TLS_FAILED:
    'The TLS handshake with the receiver failed, or its certificate is not valid for the host name.',
  CONNECTION_RESET: 'The receiver closed the connection before it had responded.',
  PROTOCOL_ERROR:
    'The receiver sent something other than an HTTP/1.1 response with headers of at most 16 KiB.',
  INVALID_REQUEST: 'The request could not be written: a header or the path is not valid.',
  ABORTED: 'This process aborted the attempt before there was a response.',
} as const;

/** An attempt that got no response. `code` and `message` are safe to store and to show to the tenant. */
export class EgressError extends WebhooksError {
  declare readonly code: EgressErrorCode;
  /**
   * True if the address policy blocked the connection. For the operator's log and metrics only: never store it with the
   * attempt or show it to the tenant, to whom it must look like a closed port.
   */
  declare readonly refusedByPolicy: boolean;

  constructor(code: EgressErrorCode, { refusedByPolicy = false } = {}) {
    super(code, MESSAGES[code]);
    Object.defineProperty(this, 'refusedByPolicy', { value: refusedByPolicy });
  }
}
