import { InvalidReceiverOptionError, WebhookVerificationError } from '../errors/receiver.errors.js';
import type { ReceivedRequest, VerifiedRequest } from './received-request.js';
import { SCHEMES, type WebhookScheme } from './schemes/schemes.js';
import type { SignatureScheme, VerificationKey } from './schemes/signature-scheme.js';

const DEFAULT_TOLERANCE_SECONDS = 300;
const MOST_TOLERANCE_SECONDS = 86_400;

/** How a webhook is verified. */
export interface WebhookVerifierOptions {
  readonly scheme: WebhookScheme;
  /**
   * Maximum difference between the time of the signature and the receiver's clock, in seconds: 1 to 86,400. Default 300. It
   * has no effect with `github` and `shopify`, which do not sign a time.
   */
  readonly toleranceSeconds?: number | undefined;
}

/** Verifies webhooks of one scheme. Use it where the decorator does not apply: in a queue consumer, a serverless handler, a test. */
export class WebhookVerifier {
  readonly #scheme: SignatureScheme;
  readonly #toleranceMs: number;

  /** @throws {InvalidReceiverOptionError} for an unknown scheme or a tolerance out of range */
  constructor({ scheme, toleranceSeconds = DEFAULT_TOLERANCE_SECONDS }: WebhookVerifierOptions) {
    if (!Object.hasOwn(SCHEMES, scheme)) {
      const known = Object.keys(SCHEMES).join(', ');
      throw new InvalidReceiverOptionError('scheme', `is ${JSON.stringify(scheme)}: set one of ${known}.`);
    }
    if (!(toleranceSeconds >= 1 && toleranceSeconds <= MOST_TOLERANCE_SECONDS)) {
      throw new InvalidReceiverOptionError(
        'toleranceSeconds',
        `is ${String(toleranceSeconds)}: set 1 to ${MOST_TOLERANCE_SECONDS} seconds.`,
      );
    }
    this.#scheme = SCHEMES[scheme];
    this.#toleranceMs = toleranceSeconds * 1_000;
  }

  /**
   * Checks a secret without a request, for example at start-up.
   *
   * @throws {InvalidReceiverOptionError} unless it is a secret of the scheme
   */
  checkSecret(secret: string): void {
    this.#keyOf(secret);
  }

  /**
   * @param secrets secrets with which the sender may have signed; several while one is rotated. An empty list rejects every
   *   request
   * @param now the receiver's clock, ms since the epoch. Default: the process's clock
   * @throws {WebhookVerificationError} unless one signature matches one secret and the time is within the tolerance
   * @throws {InvalidReceiverOptionError} if a secret cannot be one of the scheme
   */
  verify(
    { headers, body }: ReceivedRequest,
    secrets: string | readonly string[],
    now: number = Date.now(),
  ): VerifiedRequest {
    const keys = (typeof secrets === 'string' ? [secrets] : secrets).map((secret) => this.#keyOf(secret));
    const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
    const { id, timestampSeconds } = this.#scheme.verify(headers, bytes, keys);
    if (timestampSeconds === undefined) return { id, signedAt: undefined };
    const signedAt = timestampSeconds * 1_000;
    if (Math.abs(now - signedAt) > this.#toleranceMs) {
      throw new WebhookVerificationError(
        'WEBHOOK_TIMESTAMP_REFUSED',
        `its time differs by ${Math.round(Math.abs(now - signedAt) / 1_000)} s from this clock, and ` +
          `${this.#toleranceMs / 1_000} s are tolerated. Synchronize both clocks, or raise toleranceSeconds.`,
      );
    }
    return { id, signedAt: new Date(signedAt) };
  }

  #keyOf(secret: unknown): VerificationKey {
    if (typeof secret === 'string') return this.#scheme.parseSecret(secret);
    throw new InvalidReceiverOptionError(
      'secrets',
      `contains a value of type ${typeof secret}. Set strings; if they are read from a configuration that is loaded later, pass a function.`,
    );
  }
}
