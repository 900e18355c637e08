import type { CheckedUrl } from './url-policy.js';

/** One attempt. */
export interface EgressRequest {
  readonly url: CheckedUrl;
  readonly method: 'POST';
  /** Name, value, name, value, …, validated. */
  readonly headers: string[];
  readonly body: Buffer | string;
  /** From name look-up to the end of the body that is read, in ms. */
  readonly timeoutMs: number;
  /** Whose look-up it is (the tenant's uid); a group has a limited number of them at a time. Default: one shared group. */
  readonly lookupGroup?: string;
  /** Texts of at least four characters that are not kept even if the receiver sends them back, as an echo service does. */
  readonly secrets?: readonly string[];
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
