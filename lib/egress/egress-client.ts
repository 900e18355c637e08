import type { CheckedUrl } from './url-policy.js';

/** What an operator sets once for the whole process. */
export interface EgressClientOptions {
  /** CIDRs, each with an optional port, that may be called although they are not public. */
  readonly allowCidrs: readonly string[];
  /** Whether `http:` URLs are accepted. */
  readonly allowHttp: boolean;
  /** Resolver servers (`ip` or `ip:port`); empty for the system's. */
  readonly dnsServers: readonly string[];
  /** Sockets to one origin, at least 1. Requests beyond it wait, within their deadline. */
  readonly connectionsPerOrigin: number;
}

/** One attempt. */
export interface EgressRequest {
  readonly url: CheckedUrl;
  readonly method: 'POST';
  /** Name, value, name, value, …, validated. */
  readonly headers: string[];
  readonly body: Buffer | string;
  /** From name look-up to the end of the body that is read, in ms. */
  readonly timeoutMs: number;
  /** Gives the attempt up. */
  readonly signal?: AbortSignal;
}

/** What is kept of an answer. */
export interface EgressResponse {
  readonly statusCode: number;
  /** Lower-case names; secrets redacted; at most 50 headers and 8 KiB. */
  readonly headers: Record<string, string>;
  /** At most the first 16 KiB, as text: bytes that are not UTF-8, and NUL, become U+FFFD. */
  readonly body: string;
}
