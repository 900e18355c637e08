import { Inject, Injectable } from '@nestjs/common';
import { RECOVERABLE_STATUSES, type RecoveryCriteria } from '../../domain/recovery.js';
import { recoveryIdOf } from '../../domain/uid.js';
import { TransportStateConflictError } from '../../errors/admin.errors.js';
import { previewRecovery, type RecoveryPreview } from '../../operations/recovery/recovery-preview.js';
import { RecoverySignal } from '../../operations/recovery/recovery-signal.js';
import type { HttpTransportEntity } from '../../persistence/entities/http-transport.entity.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import { STORES, type Stores } from '../../persistence/ports/stores.js';
import { HttpTransportRepository } from '../../persistence/repositories/http-transport.repository.js';
import type { RecoveryRow } from '../../persistence/ports/recovery-job.js';
import { RecoveryRepository } from '../../persistence/repositories/recovery.repository.js';
import { WebhookRepository } from '../../persistence/repositories/webhook.repository.js';
import type { ResolvedWebhooksOptions } from '../../webhooks.resolved-options.js';
import { WEBHOOKS_OPTIONS } from '../../webhooks.tokens.js';
import { notFound, validationFailed } from '../api-error.js';
import { Cursors } from '../listing/cursors.js';
import type { RecoverDto, RecoveryInputDto, ReplayDto } from './recovery-bodies.dto.js';
import type { RecoveryQueryDto } from './recovery-query.dto.js';
import { recoveryDto, type RecoveryListDto } from './recovery.dto.js';

/** A transport, and the selection of deliveries or events to send to it again. */
export interface PlannedRecovery {
  readonly transport: HttpTransportEntity;
  readonly criteria: RecoveryCriteria;
}

/** Starts, lists and cancels recoveries and replays. */
@Injectable()
export class RecoveriesService {
  constructor(
    private readonly transports: HttpTransportRepository,
    private readonly webhooks: WebhookRepository,
    private readonly jobs: RecoveryRepository,
    private readonly cursors: Cursors,
    private readonly signal: RecoverySignal,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORES) private readonly stores: Pick<Stores, 'recoveries' | 'deliveries'>,
    @Inject(WEBHOOKS_OPTIONS) private readonly options: ResolvedWebhooksOptions,
  ) {}

  /** @throws {ApiError} 400 `VALIDATION_FAILED`, 404 `HTTP_TRANSPORT_NOT_FOUND` */
  async planRecover(
    tenantUid: string,
    httpTransportUid: string,
    input: Omit<RecoverDto, 'dryRun'>,
  ): Promise<PlannedRecovery> {
    const period = this.#period(input);
    const { statuses = RECOVERABLE_STATUSES, actions } = input;
    const transport = await this.#transport(tenantUid, httpTransportUid);
    return { transport, criteria: { ...period, kind: 'RECOVER', statuses, actions, webhook: undefined } };
  }

  /** @throws {ApiError} 400 `VALIDATION_FAILED`, 404 `HTTP_TRANSPORT_NOT_FOUND`, `WEBHOOK_NOT_FOUND` */
  async planReplay(
    tenantUid: string,
    httpTransportUid: string,
    input: Omit<ReplayDto, 'dryRun'>,
  ): Promise<PlannedRecovery> {
    const period = this.#period(input);
    const { webhookUid, actions } = input;
    const transport = await this.#transport(tenantUid, httpTransportUid);
    const webhook =
      webhookUid === undefined
        ? undefined
        : await this.webhooks.find(tenantUid, httpTransportUid, webhookUid);
    if (webhookUid !== undefined && !webhook) throw notFound('WEBHOOK');
    return { transport, criteria: { ...period, kind: 'REPLAY', statuses: [], actions, webhook } };
  }

  /**
   * Starts a job. If the transport is paused, the job waits until it is resumed.
   *
   * @param actor who starts it, for the audit; null: unknown
   * @throws {ApiError} 404 `HTTP_TRANSPORT_NOT_FOUND` if the transport was deleted meanwhile
   * @throws {TransportStateConflictError} if the transport is disabled
   * @throws {RecoveryActiveError} if it has a job that has not ended
   */
  async start({ transport, criteria }: PlannedRecovery, actor: string | null): Promise<RecoveryRow> {
    if (transport.state === 'DISABLED') {
      throw new TransportStateConflictError(
        criteria.kind === 'RECOVER' ? 'recover' : 'replay',
        transport.state,
      );
    }
    const job = await this.jobs.insert(transport, criteria, actor);
    if (!job) throw notFound('HTTP_TRANSPORT');
    this.signal.announce();
    return job;
  }

  /** Counts what a job would send, whatever the state of the transport. It writes nothing. */
  preview({ transport, criteria }: PlannedRecovery): Promise<RecoveryPreview> {
    return previewRecovery(transport, criteria, {
      store: this.stores.recoveries,
      deliveries: this.stores.deliveries,
      tenantIdOf: (tenantUid) => this.jobs.tenantId(tenantUid),
      webhooksOf: (transportId) => this.jobs.webhooksOf(transportId),
      retention: this.options.retention?.of(transport.tenantUid),
      now: () => this.database.now(),
    });
  }

  /** @throws {ApiError} 400 `INVALID_CURSOR` */
  async page(
    tenantUid: string,
    { pageSize, cursor, httpTransportUid }: RecoveryQueryDto,
  ): Promise<RecoveryListDto> {
    const list = ['recoveries', tenantUid];
    const beforeId = cursor === undefined ? undefined : await this.cursors.decode(list, cursor);
    // Read one more than requested, to find out whether there is a next page.
    const rows = await this.jobs.page(tenantUid, { httpTransportUid, beforeId, limit: pageSize + 1 });
    const shown = rows.slice(0, pageSize);
    const nextCursor = rows.length > pageSize ? await this.cursors.encode(list, shown.at(-1)!.id) : null;
    return { items: shown.map(recoveryDto), paging: { pageSize, nextCursor } };
  }

  /** @throws {ApiError} 404 `RECOVERY_NOT_FOUND` */
  get(tenantUid: string, recoveryUid: string): Promise<RecoveryRow> {
    return this.#existing(recoveryUid, (id) => this.jobs.find(tenantUid, id));
  }

  /**
   * Cancels the job unless it has ended. Deliveries that it has enqueued are sent.
   *
   * @param actor who cancels it, for the audit; null: unknown
   * @throws {ApiError} 404 `RECOVERY_NOT_FOUND`
   */
  cancel(tenantUid: string, recoveryUid: string, actor: string | null): Promise<RecoveryRow> {
    return this.#existing(recoveryUid, (id) => this.jobs.cancel(tenantUid, id, actor));
  }

  async #existing(
    recoveryUid: string,
    read: (id: number) => Promise<RecoveryRow | undefined>,
  ): Promise<RecoveryRow> {
    const id = recoveryIdOf(recoveryUid);
    const job = id === undefined ? undefined : await read(id);
    if (!job) throw notFound('RECOVERY');
    return job;
  }

  async #transport(tenantUid: string, httpTransportUid: string): Promise<HttpTransportEntity> {
    const transport = await this.transports.find(tenantUid, httpTransportUid);
    if (!transport) throw notFound('HTTP_TRANSPORT');
    return transport;
  }

  #period({ since, until }: Pick<RecoveryInputDto, 'since' | 'until'>): { since: number; until: number } {
    const now = this.database.now();
    const messages = [
      ...(since > now ? ['since must not be in the future'] : []),
      ...(until !== undefined && until > now
        ? ['until must not be in the future: leave it out to use the present time']
        : []),
      ...(until !== undefined && since > until ? ['since must not be after until'] : []),
    ];
    if (messages.length > 0) throw validationFailed(...messages);
    return { since, until: until ?? now };
  }
}
