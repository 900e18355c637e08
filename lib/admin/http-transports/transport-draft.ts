import type { HttpTransportEntity, SecurityType } from '../../persistence/entities/http-transport.entity.js';
import type { TransportSettings } from '../../persistence/repositories/http-transport.repository.js';
import { headerField, type TransportSecretField } from '../../secrets/transport-secrets.js';

/** A secret of a draft: kept as stored (encrypted), or new and in clear. */
export type DraftSecret = { readonly stored: string } | { readonly clear: string };

export interface DraftHeader {
  readonly key: string;
  readonly value: DraftSecret;
}

/** The settings of a transport that a request asks for, before anything is encrypted or written. */
export interface TransportDraft {
  readonly name: string;
  readonly url: string;
  readonly headers: readonly DraftHeader[];
  readonly securityType: SecurityType;
  readonly username: string | null;
  readonly password: DraftSecret | null;
  readonly token: DraftSecret | null;
  readonly timeoutMs: number | null;
  readonly maxConcurrency: number | null;
  readonly rateLimit: { readonly requests: number; readonly perSeconds: number } | null;
  readonly retryScheduleSeconds: readonly number[] | null;
}

/** The initial draft of a new transport. */
export const EMPTY_DRAFT: TransportDraft = {
  name: '',
  url: '',
  headers: [],
  securityType: 'NONE',
  username: null,
  password: null,
  token: null,
  timeoutMs: null,
  maxConcurrency: null,
  rateLimit: null,
  retryScheduleSeconds: null,
};

/** The initial draft of an update, which keeps everything. */
export function draftOf(transport: HttpTransportEntity): TransportDraft {
  const { name, url, securityType, username, timeoutMs, maxConcurrency, retryScheduleSeconds } = transport;
  return {
    name,
    url,
    headers: transport.headers.map(({ key, value }) => ({ key, value: { stored: value } })),
    securityType,
    username,
    password: stored(transport.password),
    token: stored(transport.token),
    timeoutMs,
    maxConcurrency,
    rateLimit: rateLimitOf(transport),
    retryScheduleSeconds,
  };
}

/** The rate limit of a transport, which has two columns; null when it has none. */
export const rateLimitOf = ({
  rateLimitRequests: requests,
  rateLimitPerSeconds: perSeconds,
}: Pick<HttpTransportEntity, 'rateLimitRequests' | 'rateLimitPerSeconds'>): TransportDraft['rateLimit'] =>
  requests === null || perSeconds === null ? null : { requests, perSeconds };

/**
 * Converts a draft to its stored form.
 *
 * @param encrypted returns the stored form of a secret for the given field
 */
export function settingsOf(
  draft: TransportDraft,
  encrypted: (secret: DraftSecret, field: TransportSecretField) => string,
): TransportSettings {
  const { headers, password, token, rateLimit, retryScheduleSeconds, ...same } = draft;
  return {
    ...same,
    headers: headers.map(({ key, value }) => ({ key, value: encrypted(value, headerField(key)) })),
    password: password && encrypted(password, 'password'),
    token: token && encrypted(token, 'token'),
    rateLimitRequests: rateLimit?.requests ?? null,
    rateLimitPerSeconds: rateLimit?.perSeconds ?? null,
    retryScheduleSeconds: retryScheduleSeconds && [...retryScheduleSeconds],
  };
}

const stored = (secret: string | null): DraftSecret | null => (secret === null ? null : { stored: secret });
