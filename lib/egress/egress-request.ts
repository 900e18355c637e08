import type { CheckedUrl } from './url-policy.js';

/** One attempt. */
export interface EgressRequest {
  readonly url: CheckedUrl;
  readonly method: 'POST';
  /** Name, value, name, value, …, validated. */
  readonly headers: string[];
  readonly body: Buffer | string;
  /** Time limit of the attempt, in ms: from the call of `send` to the end of the part of the body that is read. */
  readonly timeoutMs: number;
  /** Group of the name look-up (the tenant's uid). A group has a limited number of look-ups at a time. Default: one shared group. */
  readonly lookupGroup?: string;
  /** Texts of at least four characters that are redacted if the receiver sends them back, as an echo service does. */
  readonly secrets?: readonly string[];
  /** Aborts the attempt. */
  readonly signal?: AbortSignal;
}

/** The part of a response that is kept. */
export interface EgressResponse {
  readonly statusCode: number;
  /** Lower-case names; secrets redacted; at most 50 headers and 8 KiB, and always `retry-after`. */
  readonly headers: Record<string, string>;
  /** At most the first 16 KiB, as text: bytes that are not UTF-8, and NUL, become U+FFFD. */
  readonly body: string;
}
