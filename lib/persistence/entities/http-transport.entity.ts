import { Column, Entity } from 'typeorm';
import type { StoredHeader, StoredSigningSecret } from '../../domain/stored-secrets.js';
import type { TransportState } from '../../domain/transport-state.js';
import { bigintColumn, jsonColumn } from './columns.js';

/** The last three mean the same. Each client gets back the spelling that it wrote. */
export type SecurityType = 'NONE' | 'BASIC_AUTH' | 'BEARER_TOKEN' | 'BEARER' | 'BEARER_AUTH';

/**
 * An HTTP transport: where to send, how to authenticate, and its limits. If a limit is null, the module's default applies. If
 * the rate limit is null, there is none.
 */
@Entity('webhook_http_transport')
export class HttpTransportEntity {
  @Column({ ...bigintColumn({ name: 'id', primary: true }), generated: 'increment' })
  id!: number;

  @Column({ name: 'tenant_uid', type: 'varchar', length: 64 })
  tenantUid!: string;

  @Column({ name: 'http_transport_uid', type: 'varchar', length: 64 })
  httpTransportUid!: string;

  @Column({ type: 'varchar', length: 255 })
  name!: string;

  @Column({ type: 'varchar', length: 2048 })
  url!: string;

  /** Scheme, host and port of `url`. Written together with it, so that lanes can be counted by origin without parsing. */
  @Column({ type: 'varchar', length: 300 })
  origin!: string;

  @Column(jsonColumn({ name: 'headers' }))
  headers!: StoredHeader[];

  @Column({ name: 'security_type', type: 'varchar', length: 16 })
  securityType!: SecurityType;

  @Column({ type: 'varchar', length: 255, nullable: true })
  username!: string | null;

  /** Encrypted. */
  @Column({ type: 'text', nullable: true })
  password!: string | null;

  /** Encrypted. */
  @Column({ type: 'text', nullable: true })
  token!: string | null;

  @Column(jsonColumn({ name: 'signing_secrets' }))
  signingSecrets!: StoredSigningSecret[];

  /** The ids of the keys that the secrets of this row are encrypted with, see `encryptedWith`. */
  @Column({ name: 'encrypted_with', type: 'text' })
  encryptedWith!: string;

  @Column({ type: 'varchar', length: 16 })
  state!: TransportState;

  @Column({ name: 'disabled_reason', type: 'varchar', length: 64, nullable: true })
  disabledReason!: string | null;

  /**
   * When the current series of failures began; null: the transport is not failing. Written when the transport starts or stops
   * failing, not for each attempt.
   */
  @Column(bigintColumn({ name: 'failing_since', nullable: true }))
  failingSince!: number | null;

  /** When the transport was disabled; null unless it is. */
  @Column(bigintColumn({ name: 'disabled_at', nullable: true }))
  disabledAt!: number | null;

  /**
   * For which percentage of `disableAfterHours` (25, 50 or 75) the transport had been failing at the last warning; 0: there was
   * no warning in the current series of failures.
   */
  @Column({ name: 'failing_warned', type: 'integer' })
  failingWarned!: number;

  /** When to notify the tenant that the old signing secrets expire soon; null: no notification is due. */
  @Column(bigintColumn({ name: 'overlap_notice_at', nullable: true }))
  overlapNoticeAt!: number | null;

  @Column({ name: 'timeout_ms', type: 'integer', nullable: true })
  timeoutMs!: number | null;

  @Column({ name: 'max_concurrency', type: 'integer', nullable: true })
  maxConcurrency!: number | null;

  @Column({ name: 'rate_limit_requests', type: 'integer', nullable: true })
  rateLimitRequests!: number | null;

  @Column({ name: 'rate_limit_per_seconds', type: 'integer', nullable: true })
  rateLimitPerSeconds!: number | null;

  @Column(jsonColumn({ name: 'retry_schedule_seconds', nullable: true }))
  retryScheduleSeconds!: number[] | null;

  /**
   * Rises with each change of the settings, the secrets or the state. Lane holders compare it to detect new configuration, and
   * writers to detect a lost update.
   */
  @Column(bigintColumn({ name: 'version' }))
  version!: number;

  @Column(bigintColumn({ name: 'created_at' }))
  createdAt!: number;

  @Column(bigintColumn({ name: 'last_modified_at' }))
  lastModifiedAt!: number;
}

/**
 * Columns that are not settings: the identity of the transport, its signing secrets, its state, and values that the module
 * derives.
 */
type OwnColumn =
  | 'id'
  | 'tenantUid'
  | 'httpTransportUid'
  | 'origin'
  | 'signingSecrets'
  | 'encryptedWith'
  | 'state'
  | 'disabledReason'
  | 'failingSince'
  | 'disabledAt'
  | 'failingWarned'
  | 'overlapNoticeAt'
  | 'version'
  | 'createdAt'
  | 'lastModifiedAt';

/** The settings of a transport, which its tenant may change. */
export type TransportSettings = Omit<HttpTransportEntity, OwnColumn>;

/** The settings of a new transport. Its required `name` and `url` are empty here. */
export const DEFAULT_TRANSPORT_SETTINGS: TransportSettings = {
  name: '',
  url: '',
  headers: [],
  securityType: 'NONE',
  username: null,
  password: null,
  token: null,
  timeoutMs: null,
  maxConcurrency: null,
  rateLimitRequests: null,
  rateLimitPerSeconds: null,
  retryScheduleSeconds: null,
};

/** The settings of a transport, without its other columns. */
export function transportSettingsOf({
  id,
  tenantUid,
  httpTransportUid,
  origin,
  signingSecrets,
  encryptedWith,
  state,
  disabledReason,
  failingSince,
  disabledAt,
  failingWarned,
  overlapNoticeAt,
  version,
  createdAt,
  lastModifiedAt,
  ...settings
}: HttpTransportEntity): TransportSettings {
  return settings;
}
