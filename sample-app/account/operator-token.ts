import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * The token of the people who run this app, for the operator routes. Each start generates a new one, which is kept in memory only;
 * a real application has accounts for its operators.
 */
@Injectable()
export class OperatorToken {
  readonly value = randomBytes(32).toString('base64url');
  readonly #hash = hashOf(this.value);

  /** Compares hashes, so that the duration of the comparison reveals nothing about the token. */
  matches(token: string | undefined): boolean {
    return token !== undefined && timingSafeEqual(hashOf(token), this.#hash);
  }
}
