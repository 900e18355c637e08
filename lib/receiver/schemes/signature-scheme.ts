import type { KeyObject } from 'node:crypto';
import { WebhookVerificationError } from '../../errors/receiver.errors.js';
import type { ReceivedHeaders } from '../received-request.js';

/** A secret in the form that a scheme uses for verification. */
export type VerificationKey =
  | { readonly kind: 'hmac'; readonly bytes: Buffer }
  | { readonly kind: 'ed25519'; readonly publicKey: KeyObject };

/** The parts of a request whose signature a scheme has verified with one of the keys. */
export interface SignedParts {
  readonly id: string;
  /** Whole seconds since the epoch; undefined: the scheme does not sign a time. */
  readonly timestampSeconds: number | undefined;
}

/** The signature scheme of a sender. Pure: no clock, no I/O. */
export interface SignatureScheme {
  /** @throws {InvalidReceiverOptionError} if the secret cannot be one of this scheme */
  parseSecret(secret: string): VerificationKey;

  /** @throws {WebhookVerificationError} unless the request is signed with one of the keys */
  verify(headers: ReceivedHeaders, body: Buffer, keys: readonly VerificationKey[]): SignedParts;
}

/** @throws {WebhookVerificationError} if the header is missing, empty or repeated */
export function requiredHeader(headers: ReceivedHeaders, name: string): string {
  const value = headers[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new WebhookVerificationError(
    'WEBHOOK_SIGNATURE_MISSING',
    `header "${name}" is missing, empty or repeated.`,
  );
}

/** @throws {WebhookVerificationError} unless the text is a whole number of seconds */
export function parseTimestamp(text: string, header: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new WebhookVerificationError(
    'WEBHOOK_SIGNATURE_MISSING',
    `header "${header}" has no timestamp in whole seconds.`,
  );
}
