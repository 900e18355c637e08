import type { StoredTransport } from '../ports/lane-store.js';

/** The columns of `StoredTransport`, from the table aliased `t`. */
export const STORED_TRANSPORT_COLUMNS = `
  t.tenant_uid, t.http_transport_uid, t.url, t.headers, t.security_type, t.username, t.password, t.token,
  t.signing_secrets, t.state, t.failing_since, t.failing_warned, t.timeout_ms, t.max_concurrency, t.rate_limit_requests,
  t.rate_limit_per_seconds, t.retry_schedule_seconds, t.version AS transport_version`;

/** A row with `STORED_TRANSPORT_COLUMNS`. Every database returns these columns. */
export interface StoredTransportRow {
  tenant_uid: string;
  http_transport_uid: string;
  url: string;
  headers: string;
  security_type: string;
  username: string | null;
  password: string | null;
  token: string | null;
  signing_secrets: string;
  state: string;
  failing_since: number | null;
  failing_warned: number;
  timeout_ms: number | null;
  max_concurrency: number | null;
  rate_limit_requests: number | null;
  rate_limit_per_seconds: number | null;
  retry_schedule_seconds: string | null;
  transport_version: number;
}

export const storedTransportOf = (row: StoredTransportRow): StoredTransport => ({
  tenantUid: row.tenant_uid,
  httpTransportUid: row.http_transport_uid,
  url: row.url,
  securityType: row.security_type as StoredTransport['securityType'],
  username: row.username,
  password: row.password,
  token: row.token,
  state: row.state as StoredTransport['state'],
  failingSince: row.failing_since,
  failingWarned: row.failing_warned,
  timeoutMs: row.timeout_ms,
  maxConcurrency: row.max_concurrency,
  rateLimitRequests: row.rate_limit_requests,
  rateLimitPerSeconds: row.rate_limit_per_seconds,
  version: row.transport_version,
  ...jsonColumnsOf(row),
});

type JsonColumns = Pick<StoredTransport, 'headers' | 'signingSecrets' | 'retryScheduleSeconds' | 'isDamaged'>;

/**
 * One statement reads many transports, so a damaged transport must not make the whole result unreadable: it gets `isDamaged`.
 */
function jsonColumnsOf(row: StoredTransportRow): JsonColumns {
  try {
    return {
      headers: JSON.parse(row.headers) as StoredTransport['headers'],
      signingSecrets: JSON.parse(row.signing_secrets) as StoredTransport['signingSecrets'],
      retryScheduleSeconds: JSON.parse(
        row.retry_schedule_seconds ?? 'null',
      ) as StoredTransport['retryScheduleSeconds'],
    };
  } catch {
    return { headers: [], signingSecrets: [], retryScheduleSeconds: null, isDamaged: true };
  }
}
