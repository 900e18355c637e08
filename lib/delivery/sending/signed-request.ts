import { sign } from '../../domain/signature.js';
import type { EgressRequest } from '../../egress/egress-client.js';
import type { OutgoingEvent } from '../bodies/event-contents.js';
import type { SigningKey, TransportTarget } from './transport-config.js';

/** The parts of an event that a request carries. */
export type SignedContent = Pick<OutgoingEvent, 'eventUid' | 'action' | 'body'>;

export interface RequestSettings {
  /** Time of signing on the database's clock, ms since the epoch. */
  readonly nowMs: number;
  readonly timeoutMs: number;
  readonly userAgent: string;
  readonly signal?: AbortSignal;
}

/**
 * Builds a signed request to a transport: first the tenant's headers and the authorization, then the headers of this module.
 * `header-policy.ts` refuses tenant headers with names of this module, so the two groups never overlap.
 *
 * @param own name, value, …: headers of this kind of request only
 */
export function signedRequest(
  { url, headers, keys, lookupGroup, secrets }: TransportTarget,
  { eventUid, action, body }: SignedContent,
  own: readonly string[],
  { nowMs, timeoutMs, userAgent, signal }: RequestSettings,
): EgressRequest {
  const timestamp = Math.floor(nowMs / 1_000);
  return {
    url,
    method: 'POST',
    headers: [
      ...headers,
      'content-type',
      'application/json',
      'user-agent',
      userAgent,
      'webhook-id',
      eventUid,
      'webhook-timestamp',
      String(timestamp),
      'webhook-signature',
      sign(usable(keys, nowMs), eventUid, timestamp, body),
      'x-webhook-action',
      action,
      ...own,
    ],
    body,
    timeoutMs,
    lookupGroup,
    secrets,
    ...(signal && { signal }),
  };
}

const usable = (keys: readonly SigningKey[], nowMs: number): Buffer[] =>
  keys.filter(({ expiresAt }) => expiresAt === null || expiresAt > nowMs).map(({ key }) => key);
