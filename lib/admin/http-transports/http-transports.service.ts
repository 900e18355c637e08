import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { assertImportable, generateSigningSecret } from '../../domain/signing-secret.js';
import { uuidv7 } from '../../domain/uid.js';
import { EgressClient } from '../../egress/egress-client.js';
import { SecretUnreadableError } from '../../errors/database.errors.js';
import { CHANGED_MEANWHILE, retryOnChange } from '../../operations/retry-on-change.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import {
  transportSettingsOf,
  type HttpTransportEntity,
} from '../../persistence/entities/http-transport.entity.js';
import type { Page, PageRequest } from '../../persistence/repositories/page.js';
import {
  HttpTransportRepository,
  type HttpTransportRow,
  type HttpTransportFilter,
  type HttpTransportSortKey,
} from '../../persistence/repositories/http-transport.repository.js';
import { SECRET_BOX, type SecretBox } from '../../secrets/secret-box.js';
import { transportSecret, type TransportSecretField } from '../../secrets/transport-secrets.js';
import type { ResolvedWebhooksOptions } from '../../webhooks.resolved-options.js';
import { WEBHOOKS_OPTIONS } from '../../webhooks.tokens.js';
import { badRequest, notFound } from '../api-error.js';
import type {
  CreateHttpTransportDto,
  ReplaceHttpTransportDto,
  UpdateHttpTransportDto,
} from './http-transport-bodies.dto.js';
import {
  applyReplacement,
  applyUpdate,
  assertComplete,
  assertSecretsKeepOrigin,
  type TransportInput,
} from './transport-changes.js';
import { changesOf, creationOf } from './transport-audit.js';
import {
  draftOf,
  EMPTY_DRAFT,
  settingsOf,
  type DraftSecret,
  type TransportDraft,
} from './transport-draft.js';
import { assertSendable } from './assert-sendable.js';

/** Creates, changes and deletes transports. */
@Injectable()
export class HttpTransportsService {
  constructor(
    private readonly transports: HttpTransportRepository,
    private readonly egress: EgressClient,
    @Inject(SECRET_BOX) private readonly secrets: SecretBox,
    @Inject(WEBHOOKS_OPTIONS) private readonly options: ResolvedWebhooksOptions,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  page(
    tenantUid: string,
    request: PageRequest<HttpTransportSortKey> & HttpTransportFilter,
  ): Promise<Page<HttpTransportEntity>> {
    return this.transports.page(tenantUid, request);
  }

  /** @throws {ApiError} 404 */
  async get(tenantUid: string, httpTransportUid: string): Promise<HttpTransportEntity> {
    const transport = await this.transports.find(tenantUid, httpTransportUid);
    if (!transport) throw notFound('HTTP_TRANSPORT');
    return transport;
  }

  /**
   * @param actor who creates it, for the audit; null: unknown
   * @returns the transport and its signing secret, which is not returned again
   * @throws {ApiError} 400, and errors that `apiErrorOf` maps to 400 or 409
   */
  async create(
    tenantUid: string,
    {
      httpTransportUid = this.#newUid(),
      signingSecret = generateSigningSecret(randomBytes),
      ...input
    }: CreateHttpTransportDto,
    actor: string | null = null,
  ): Promise<{ transport: HttpTransportRow; signingSecret: string }> {
    const place = { tenantUid, httpTransportUid };
    const draft = applyUpdate(EMPTY_DRAFT, input);
    this.#check(draft);
    assertImportable(signingSecret);
    const encryptedSecret = this.secrets.encrypt(signingSecret, transportSecret(place, 'signing_secret'));
    const row = {
      ...this.#settings(place, draft),
      httpTransportUid,
      signingSecrets: [{ secret: encryptedSecret, expiresAt: null }],
    };
    const quota = { limit: 'maxTransportsPerTenant', value: this.options.maxTransportsPerTenant };
    const changes = creationOf(draft);
    const audited = { kind: 'TRANSPORT_CREATED', actor, changes } as const;
    const transport = await this.transports.insert(tenantUid, row, quota, audited);
    return { transport, signingSecret };
  }

  /**
   * PATCH.
   *
   * @param actor who changes it, for the audit; null: unknown
   * @throws {ApiError} 400 or 404, and errors that `apiErrorOf` maps to 400 or 409
   */
  update(
    tenantUid: string,
    uid: string,
    body: UpdateHttpTransportDto,
    actor: string | null = null,
  ): Promise<HttpTransportRow> {
    return this.#change(tenantUid, uid, body, applyUpdate, actor);
  }

  /**
   * PUT.
   *
   * @param actor who changes it, for the audit; null: unknown
   * @throws {ApiError} 400 or 404, and errors that `apiErrorOf` maps to 400 or 409
   */
  replace(
    tenantUid: string,
    uid: string,
    body: ReplaceHttpTransportDto,
    actor: string | null = null,
  ): Promise<HttpTransportRow> {
    return this.#change(tenantUid, uid, body, applyReplacement, actor);
  }

  /**
   * @param actor who deletes it, for the audit; null: unknown
   * @throws {ApiError} 404
   */
  async delete(tenantUid: string, httpTransportUid: string, actor: string | null = null): Promise<void> {
    if (!(await this.transports.remove(tenantUid, httpTransportUid, actor))) throw notFound('HTTP_TRANSPORT');
  }

  /** Changes the transport. If another request changes it meanwhile, `retryOnChange` repeats the change on the new state. */
  #change(
    tenantUid: string,
    httpTransportUid: string,
    body: UpdateHttpTransportDto,
    apply: (draft: TransportDraft, input: TransportInput) => TransportDraft,
    actor: string | null,
  ): Promise<HttpTransportRow> {
    return retryOnChange('HTTP transport', async () => {
      const present = await this.get(tenantUid, httpTransportUid);
      const before = draftOf(transportSettingsOf(present));
      const after = apply(before, settingsIn(body, present));
      if (isDeepStrictEqual(before, after)) return present;
      assertSecretsKeepOrigin(before, after);
      this.#check(after);
      const settings = {
        ...this.#settings(present, after),
        signingSecrets: present.signingSecrets.map(({ secret, ...same }) => ({
          secret: this.#encrypted({ stored: secret }, present, 'signing_secret'),
          ...same,
        })),
      };
      const audited = { kind: 'TRANSPORT_CHANGED', actor, changes: changesOf(before, after) } as const;
      const changed = await this.transports.update(tenantUid, present, settings, audited);
      return changed ?? CHANGED_MEANWHILE;
    });
  }

  /** Checks the rules that apply to every transport, new or changed. */
  #check(draft: TransportDraft): void {
    assertComplete(draft);
    assertSendable(draft, this.egress);
  }

  #settings(place: { tenantUid: string; httpTransportUid: string }, draft: TransportDraft) {
    return settingsOf(draft, (secret, field) => this.#encrypted(secret, place, field));
  }

  /** Encrypts a new secret, and re-encrypts a kept secret if its key is not the current one. */
  #encrypted(
    secret: DraftSecret,
    place: { tenantUid: string; httpTransportUid: string },
    field: TransportSecretField,
  ): string {
    if ('clear' in secret) return this.secrets.encrypt(secret.clear, transportSecret(place, field));
    try {
      return this.secrets.reencrypt(secret.stored, transportSecret(place, field));
    } catch (error) {
      // A damaged secret must not prevent its owner from changing the other settings.
      if (error instanceof SecretUnreadableError) return secret.stored;
      throw error;
    }
  }

  #newUid(): string {
    return uuidv7(this.database.now(), randomBytes);
  }
}

/**
 * The settings in a body, without its read-only members.
 *
 * @throws {ApiError} 400 `READ_ONLY_FIELD` if the body changes a read-only member that must not be ignored
 */
function settingsIn(
  {
    httpTransportUid,
    state,
    disabledReason,
    failingSince,
    createdAt,
    lastModifiedAt,
    ...settings
  }: UpdateHttpTransportDto,
  present: HttpTransportEntity,
): TransportInput {
  if (httpTransportUid !== undefined && httpTransportUid !== present.httpTransportUid) {
    throw badRequest('READ_ONLY_FIELD', 'httpTransportUid must be the uid in the path: it cannot be changed');
  }
  if (state !== undefined && state !== present.state) {
    throw badRequest(
      'READ_ONLY_FIELD',
      'state cannot be changed by an update: call pause, resume, disable or enable',
    );
  }
  return settings;
}
