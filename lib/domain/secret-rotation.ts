/** Something that signs until it expires. */
export interface Expiring {
  /** Milliseconds since the epoch; null: it does not expire. */
  readonly expiresAt: number | null;
}

/** Maximum number of secrets that sign. Each one lengthens the signature header and costs a hash for each request. */
export const MAX_SECRETS = 3;

/**
 * The secrets that sign after a rotation, newest first. Older secrets sign until the overlap ends, or until their own end if
 * that is sooner. With an overlap of zero only the new secret is left. If there are more than {@link MAX_SECRETS}, the oldest
 * are dropped.
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
