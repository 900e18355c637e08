/** Something that signs until it expires. */
export interface Expiring {
  /** Milliseconds since the epoch; null: it does not expire. */
  readonly expiresAt: number | null;
}

/** Each signature costs every receiver's header another line, and every request a hash. */
export const MAX_SECRETS = 3;

/**
 * The secrets that sign after a rotation, the newest first. Those before it sign until the overlap ends, or until the end they
 * had when that comes sooner: an overlap of zero leaves the new one alone. Of more than {@link MAX_SECRETS} the
 * oldest go.
 *
 * @param present the newest first
 */
export function rotateSecrets<Secret extends Expiring>(
  present: readonly Secret[],
  next: Secret & { readonly expiresAt: null },
  { nowMs, overlapMs }: { nowMs: number; overlapMs: number },
): Secret[] {
  const endsAt = nowMs + overlapMs;
  const older = present
    .map((secret) => ({ ...secret, expiresAt: Math.min(secret.expiresAt ?? endsAt, endsAt) }))
    .filter(({ expiresAt }) => expiresAt > nowMs);
  return [next, ...older].slice(0, MAX_SECRETS);
}
