import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { AuditChange } from '../../domain/audit.js';
import { MASK } from '../../domain/mask.js';
import { notificationEvent } from '../../domain/notification-event.js';
import type { SecretRotated } from '../../domain/notification.js';
import { overlapEnd } from '../../domain/overlap-notice.js';
import { rotateSecrets } from '../../domain/secret-rotation.js';
import { assertImportable, generateSigningSecret } from '../../domain/signing-secret.js';
import { SecretUnreadableError } from '../../errors/database.errors.js';
import { CHANGED_MEANWHILE, retryOnChange } from '../retry-on-change.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import type { StoredSigningSecret } from '../../domain/stored-secrets.js';
import type { HttpTransportEntity } from '../../persistence/entities/http-transport.entity.js';
import {
  HttpTransportRepository,
  type HttpTransportRow,
} from '../../persistence/repositories/http-transport.repository.js';
import { SECRET_BOX, type SecretBox } from '../../secrets/secret-box.js';
import { transportSecret } from '../../secrets/transport-secrets.js';
import { NotificationHub } from '../notifications/notification-hub.js';

const HOUR_MS = 3_600_000;

export interface RotationRequest {
  /** How long the current secrets continue to sign, in hours, 0 to 168. Default 24. */
  readonly overlapHours?: number | undefined;
  /** The secret to import. Default: a new one. */
  readonly signingSecret?: string | undefined;
}

/** Replaces the signing secrets of transports. */
@Injectable()
export class SigningSecretRotationService {
  constructor(
    private readonly transports: HttpTransportRepository,
    @Inject(SECRET_BOX) private readonly secrets: SecretBox,
    @Inject(DATABASE) private readonly database: Database,
    private readonly notifications: NotificationHub,
  ) {}

  /**
   * Rotates the signing secret. Concurrent rotations are applied one after another, so no secret is lost, up to the maximum
   * number of secrets that may sign.
   *
   * @param actor who rotates it, for the audit. Default: unknown
   * @returns the transport and its new secret, which is not returned again; undefined if the tenant has no such transport
   * @throws {InvalidSigningSecretError}
   * @throws {ConcurrentChangeError}
   */
  async rotate(
    tenantUid: string,
    httpTransportUid: string,
    { overlapHours = 24, signingSecret = generateSigningSecret(randomBytes) }: RotationRequest,
    actor: string | null = null,
  ): Promise<{ transport: HttpTransportRow; signingSecret: string } | undefined> {
    assertImportable(signingSecret);
    const place = transportSecret({ tenantUid, httpTransportUid }, 'signing_secret');
    const next = { secret: this.secrets.encrypt(signingSecret, place), expiresAt: null };
    const overlapMs = Math.round(overlapHours * HOUR_MS);
    return retryOnChange('HTTP transport', async () => {
      const present = await this.transports.find(tenantUid, httpTransportUid);
      if (!present) return undefined;
      const nowMs = this.database.now();
      const signingSecrets = rotateSecrets(this.#without(signingSecret, present), next, { nowMs, overlapMs });
      const rotated: SecretRotated = {
        type: 'secretRotated',
        at: new Date(nowMs),
        tenantUid,
        httpTransportUid,
        overlapEndsAt: new Date(overlapEnd(signingSecrets, nowMs)),
      };
      const transport = await this.transports.update(
        tenantUid,
        present,
        { signingSecrets },
        { kind: 'SECRET_ROTATED', actor, changes: changesOf(present.signingSecrets, signingSecrets, nowMs) },
        notificationEvent(rotated),
      );
      if (!transport) return CHANGED_MEANWHILE;
      this.notifications.publish(rotated);
      return { transport, signingSecret };
    });
  }

  /** The stored secrets without the imported one. A secret that is imported again must sign only once and must not expire. */
  #without(signingSecret: string, transport: HttpTransportEntity): StoredSigningSecret[] {
    const place = transportSecret(transport, 'signing_secret');
    return transport.signingSecrets.filter(({ secret }) => {
      try {
        return this.secrets.decrypt(secret, place) !== signingSecret;
      } catch (error) {
        if (error instanceof SecretUnreadableError) return true;
        throw error;
      }
    });
  }
}

/** The changes for the audit, which never contain a secret. */
function changesOf(
  before: readonly StoredSigningSecret[],
  after: readonly StoredSigningSecret[],
  nowMs: number,
): AuditChange[] {
  return [
    { field: 'signingSecret', from: before.length === 0 ? null : MASK, to: MASK },
    { field: 'overlapEndsAt', from: null, to: new Date(overlapEnd(after, nowMs)).toISOString() },
  ];
}
