import { keyIdsIn } from '../../secrets/encrypted-with.js';
import type { SecretBox } from '../../secrets/secret-box.js';
import { headerField, transportSecret, type TransportSecretField } from '../../secrets/transport-secrets.js';
import type { StoredTransport } from '../../persistence/ports/lane-store.js';
import { rateLimitOf, type RateLimit } from '../../domain/rate-window.js';
import type { TransportState } from '../../domain/transport-state.js';
import { secretSpellings } from '../../domain/secret-spellings.js';
import { parseSigningSecret } from '../../domain/signing-secret.js';
import type { CheckedUrl } from '../../egress/url-policy.js';
import { SecretUnreadableError } from '../../errors/database.errors.js';
import { TargetRefusedError } from '../../errors/admin.errors.js';
import { WebhooksError } from '../../errors/webhooks-error.js';

/** Values for the settings that a transport leaves out. */
export interface TransportDefaults {
  readonly timeoutMs: number;
  readonly transportConcurrency: number;
  readonly retryScheduleMs: readonly number[];
}

export interface SigningKey {
  readonly key: Buffer;
  /** Milliseconds since the epoch; null: does not expire. */
  readonly expiresAt: number | null;
}

/** A transport's configuration, decrypted and checked, ready to send with. */
export interface TransportConfig {
  readonly version: number;
  readonly state: TransportState;
  readonly failingSince: number | null;
  /** See `failingPercent`. */
  readonly failingWarned: number;
  readonly timeoutMs: number;
  readonly maxConcurrency: number;
  readonly rateLimit: RateLimit | undefined;
  readonly retryScheduleMs: readonly number[];
  readonly target: TransportTarget | TransportProblem;
  /**
   * Id of a key that its secrets are encrypted with and that this process does not have; undefined: there is none. Another
   * process may have the key, so this process makes no attempt, and the deliveries stay in the queue.
   */
  readonly missingKeyId: string | undefined;
}

/** Scheme, host and port that a transport sends to; '': it cannot send as it is configured. */
export const originOf = ({ target }: TransportConfig): string => (target.ok ? target.url.origin : '');

export interface TransportTarget {
  readonly ok: true;
  readonly url: CheckedUrl;
  /** Name, value, …: the tenant's headers and the authorization. */
  readonly headers: readonly string[];
  readonly keys: readonly SigningKey[];
  /** The tenant's uid. Look-ups are limited per group, so slow ones of one tenant do not delay other tenants. */
  readonly lookupGroup: string;
  /** Texts that are redacted if the receiver sends them back. */
  readonly secrets: readonly string[];
}

/** Why an attempt sends nothing: the transport cannot be used as it is configured, or the event is not stored any more. */
export interface TransportProblem {
  readonly ok: false;
  /**
   * True: no later attempt can succeed. Otherwise the attempt is retried like a failed one, because somebody may correct the
   * problem meanwhile.
   */
  readonly isFinal?: true;
  readonly code: string;
  /** Reason that the log shows if the delivery fails after its last attempt. Default: `EXHAUSTED`. */
  readonly reason?: string;
  readonly message: string;
}

/** Makes stored configurations usable: decrypts the secrets, checks the URL, fills in the defaults. */
export class TransportConfigs {
  constructor(
    private readonly secrets: SecretBox,
    private readonly checkUrl: (url: string) => CheckedUrl,
    private readonly defaults: TransportDefaults,
  ) {}

  /**
   * Ids of the keys in `encryptedWith` (a value of the column) that this process does not have. Empty: it has every key that
   * the configuration needs.
   */
  missingKeys(encryptedWith: string): string[] {
    return keyIdsIn(encryptedWith).flatMap((id) => (id === undefined || this.secrets.hasKey(id) ? [] : id));
  }

  /** Never throws: if a configuration cannot be used, only the deliveries of its transport fail. */
  decrypt(stored: StoredTransport): TransportConfig {
    const config = {
      version: stored.version,
      state: stored.state,
      failingSince: stored.failingSince,
      failingWarned: stored.failingWarned,
      timeoutMs: stored.timeoutMs ?? this.defaults.timeoutMs,
      maxConcurrency: stored.maxConcurrency ?? this.defaults.transportConcurrency,
      rateLimit: rateLimitOf(stored) ?? undefined,
      retryScheduleMs: this.defaults.retryScheduleMs,
      missingKeyId: undefined,
    };
    if (stored.isDamaged) return { ...config, target: UNREADABLE };
    try {
      const retryScheduleMs = scheduleOf(stored) ?? config.retryScheduleMs;
      return { ...config, retryScheduleMs, target: this.#target(stored) };
    } catch (error) {
      const missingKeyId = error instanceof SecretUnreadableError ? error.missingKeyId : undefined;
      return { ...config, target: problemOf(error), missingKeyId };
    }
  }

  #target(stored: StoredTransport): TransportTarget {
    const own = this.#tenantHeaders(stored);
    const authorization = this.#authorization(stored);
    return {
      ok: true,
      url: this.checkUrl(stored.url),
      headers: [...own, ...authorization.headers],
      keys: stored.signingSecrets.map(({ secret, expiresAt }) => ({
        key: parseSigningSecret(this.#decrypt(stored, 'signing_secret', secret)),
        expiresAt,
      })),
      lookupGroup: stored.tenantUid,
      secrets: [...own.filter((_, index) => index % 2 === 1), ...authorization.secrets].flatMap(
        secretSpellings,
      ),
    };
  }

  #tenantHeaders(stored: StoredTransport): string[] {
    return stored.headers.flatMap(({ key, value }) => [key, this.#decrypt(stored, headerField(key), value)]);
  }

  #authorization(stored: StoredTransport): { headers: string[]; secrets: string[] } {
    switch (stored.securityType) {
      case 'NONE':
        return { headers: [], secrets: [] };
      case 'BASIC_AUTH': {
        const password = stored.password === null ? '' : this.#decrypt(stored, 'password', stored.password);
        const credentials = Buffer.from(`${stored.username ?? ''}:${password}`, 'utf8').toString('base64');
        return { headers: ['authorization', `Basic ${credentials}`], secrets: [credentials, password] };
      }
      case 'BEARER_TOKEN':
      case 'BEARER':
      case 'BEARER_AUTH': {
        if (stored.token === null) return { headers: [], secrets: [] };
        const token = this.#decrypt(stored, 'token', stored.token);
        return { headers: ['authorization', `Bearer ${token}`], secrets: [token] };
      }
    }
  }

  #decrypt(stored: StoredTransport, field: TransportSecretField, encrypted: string): string {
    return this.secrets.decrypt(encrypted, transportSecret(stored, field));
  }
}

const UNREADABLE: TransportProblem = {
  ok: false,
  code: 'TRANSPORT_UNREADABLE',
  reason: 'TRANSPORT_UNREADABLE',
  message: 'The stored configuration of the transport is damaged.',
};

function problemOf(error: unknown): TransportProblem {
  if (!(error instanceof WebhooksError)) return UNREADABLE;
  const { code, message } = error;
  return { ok: false, code, message, ...(!(error instanceof TargetRefusedError) && { reason: code }) };
}

const scheduleOf = ({ retryScheduleSeconds }: StoredTransport): number[] | undefined =>
  retryScheduleSeconds?.map((seconds) => seconds * 1_000);
