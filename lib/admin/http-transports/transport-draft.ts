import { rateLimitOf, type RateLimit } from '../../domain/rate-window.js';
import {
  DEFAULT_TRANSPORT_SETTINGS,
  type TransportSettings,
} from '../../persistence/entities/http-transport.entity.js';
import { headerField, type TransportSecretField } from '../../secrets/transport-secrets.js';

/** A secret of a draft: a stored one that is kept (encrypted), or a new one that is not encrypted yet. */
export type DraftSecret = { readonly stored: string } | { readonly clear: string };

export interface DraftHeader {
  readonly key: string;
  readonly value: DraftSecret;
}

/** Settings that a draft represents in another way than the columns. */
type ConvertedSetting = 'headers' | 'password' | 'token' | 'rateLimitRequests' | 'rateLimitPerSeconds';

/** The settings of a transport that a request asks for, before anything is encrypted or written. */
export interface TransportDraft extends Readonly<Omit<TransportSettings, ConvertedSetting>> {
  readonly headers: readonly DraftHeader[];
  readonly password: DraftSecret | null;
  readonly token: DraftSecret | null;
  readonly rateLimit: RateLimit | null;
}

/** The initial draft of an update, which keeps everything. */
export function draftOf({
  headers,
  password,
  token,
  rateLimitRequests,
  rateLimitPerSeconds,
  ...same
}: TransportSettings): TransportDraft {
  return {
    ...same,
    headers: headers.map(({ key, value }) => ({ key, value: { stored: value } })),
    password: stored(password),
    token: stored(token),
    rateLimit: rateLimitOf({ rateLimitRequests, rateLimitPerSeconds }),
  };
}

/**
 * Converts a draft to its stored form.
 *
 * @param encrypted returns the stored form of a secret for the given field
 */
export function settingsOf(
  { headers, password, token, rateLimit, ...same }: TransportDraft,
  encrypted: (secret: DraftSecret, field: TransportSecretField) => string,
): TransportSettings {
  return {
    ...same,
    headers: headers.map(({ key, value }) => ({ key, value: encrypted(value, headerField(key)) })),
    password: password && encrypted(password, 'password'),
    token: token && encrypted(token, 'token'),
    rateLimitRequests: rateLimit?.requests ?? null,
    rateLimitPerSeconds: rateLimit?.perSeconds ?? null,
  };
}

const stored = (secret: string | null): DraftSecret | null => (secret === null ? null : { stored: secret });

/** The initial draft of a new transport. */
export const EMPTY_DRAFT = draftOf(DEFAULT_TRANSPORT_SETTINGS);
