import { Injectable } from '@nestjs/common';
import { OmitType } from '@nestjs/swagger';
import { RecoverDto, ReplayDto } from '../recoveries/recovery-bodies.dto.js';
import { RecoveriesService, type PlannedRecovery } from '../recoveries/recoveries.service.js';
import { RecoveryQueryDto } from '../recoveries/recovery-query.dto.js';
import { recoveryDryRunDto, recoveryDto } from '../recoveries/recovery.dto.js';
import { DtoPipe } from '../validation/dto.pipe.js';
import type {
  ChangedBy,
  RecoverDeliveries,
  ReplayEvents,
  WebhookRecovery,
  WebhookRecoveryDryRun,
  WebhookRecoveryList,
  WebhookRecoveryQuery,
} from './admin-types.js';
import { checkedActor } from './checked-actor.js';
import { checkedInput, checkedUid, withApiErrors } from './checked-input.js';

// This class has a method `dryRun`. A member of this name in the input is rejected, so that nobody starts a job by mistake.
const RECOVER = new DtoPipe(OmitType(RecoverDto, ['dryRun']));
const REPLAY = new DtoPipe(OmitType(ReplayDto, ['dryRun']));
const LIST = new DtoPipe(RecoveryQueryDto);

/**
 * Recoveries and replays from code: jobs that send past deliveries or events. Every method applies the rules of the REST API
 * except access: you decide who may call it. It throws `ApiError`, as `HttpTransports` does. The last argument of methods that
 * start or cancel a job, `{ actor }`, says who does so, for the audit.
 */
@Injectable()
export class WebhookRecoveries {
  constructor(private readonly recoveries: RecoveriesService) {}

  /**
   * Starts a job that sends again every delivery that ended as `FAILED` or `MISSED` in a period of time. Deliveries whose webhook
   * was deleted are left out.
   *
   * @param input `since` is required: deliveries that ended then or later. `until`: deliveries created then or earlier, default
   *   now; `statuses`: default both; `actions`: default all
   * @returns the job; read its progress with `get`
   * @throws {ApiError} `HTTP_TRANSPORT_NOT_FOUND`, `TRANSPORT_STATE_CONFLICT` (disabled), `RECOVERY_ACTIVE`
   */
  recover(
    tenantUid: string,
    httpTransportUid: string,
    input: RecoverDeliveries,
    by?: ChangedBy,
  ): Promise<WebhookRecovery> {
    return withApiErrors(async () => {
      const actor = checkedActor(by);
      const plan = await this.#plannedRecover(tenantUid, httpTransportUid, input);
      return recoveryDto(await this.recoveries.start(plan, actor));
    });
  }

  /**
   * Starts a job that sends the events of a period of time: every event that a webhook of the transport matches now, even if the
   * webhook did not exist when the event was emitted.
   *
   * @param input `since` is required. `until`: default now; `webhookUid`: only what this webhook matches; `actions`: default all
   * @returns the job; read its progress with `get`
   * @throws {ApiError} `HTTP_TRANSPORT_NOT_FOUND`, `WEBHOOK_NOT_FOUND`, `TRANSPORT_STATE_CONFLICT` (disabled),
   *   `RECOVERY_ACTIVE`
   */
  replay(
    tenantUid: string,
    httpTransportUid: string,
    input: ReplayEvents,
    by?: ChangedBy,
  ): Promise<WebhookRecovery> {
    return withApiErrors(async () => {
      const actor = checkedActor(by);
      const plan = await this.#plannedReplay(tenantUid, httpTransportUid, input);
      return recoveryDto(await this.recoveries.start(plan, actor));
    });
  }

  /**
   * Counts what `recover` or `replay` would send, and sends nothing. Counting stops early after 10,000 deliveries,
   * 200,000 rows or about 3 seconds: then `isAtLeast` is true.
   *
   * @param kind the method that is to be called
   * @param input as for that method
   * @throws {ApiError} `HTTP_TRANSPORT_NOT_FOUND`, `WEBHOOK_NOT_FOUND`
   */
  dryRun(
    kind: 'recover',
    tenantUid: string,
    httpTransportUid: string,
    input: RecoverDeliveries,
  ): Promise<WebhookRecoveryDryRun>;
  dryRun(
    kind: 'replay',
    tenantUid: string,
    httpTransportUid: string,
    input: ReplayEvents,
  ): Promise<WebhookRecoveryDryRun>;
  dryRun(
    kind: 'recover' | 'replay',
    tenantUid: string,
    httpTransportUid: string,
    input: RecoverDeliveries & ReplayEvents,
  ): Promise<WebhookRecoveryDryRun> {
    return withApiErrors(async () => {
      const plan = await (kind === 'recover'
        ? this.#plannedRecover(tenantUid, httpTransportUid, input)
        : this.#plannedReplay(tenantUid, httpTransportUid, input));
      return recoveryDryRunDto(await this.recoveries.preview(plan));
    });
  }

  /**
   * Returns one page of the tenant's recoveries and replays, newest first.
   *
   * @param query `httpTransportUid`: only those of this transport; `pageSize` 1 to 100 (default 25); `cursor`:
   *   `paging.nextCursor` of the previous page
   * @throws {ApiError} `INVALID_CURSOR`
   */
  list(tenantUid: string, query?: WebhookRecoveryQuery): Promise<WebhookRecoveryList> {
    return withApiErrors(async () => {
      const tenant = checkedUid('tenantUid', tenantUid);
      return this.recoveries.page(tenant, await checkedInput(LIST, 'query', query));
    });
  }

  /**
   * Returns one recovery or replay with its progress.
   *
   * @throws {ApiError} `RECOVERY_NOT_FOUND`
   */
  get(tenantUid: string, recoveryUid: string): Promise<WebhookRecovery> {
    return withApiErrors(async () =>
      recoveryDto(await this.recoveries.get(...checkedPath('recoveryUid', tenantUid, recoveryUid))),
    );
  }

  /**
   * Cancels a recovery or replay. Deliveries that it has enqueued are sent. If it has ended, nothing changes.
   *
   * @returns the job as it is now
   * @throws {ApiError} `RECOVERY_NOT_FOUND`
   */
  cancel(tenantUid: string, recoveryUid: string, by?: ChangedBy): Promise<WebhookRecovery> {
    return withApiErrors(async () => {
      const actor = checkedActor(by);
      const path = checkedPath('recoveryUid', tenantUid, recoveryUid);
      return recoveryDto(await this.recoveries.cancel(...path, actor));
    });
  }

  async #plannedRecover(
    tenantUid: string,
    httpTransportUid: string,
    input: RecoverDeliveries,
  ): Promise<PlannedRecovery> {
    const path = checkedPath('httpTransportUid', tenantUid, httpTransportUid);
    return this.recoveries.planRecover(...path, await checkedInput(RECOVER, 'input', input));
  }

  async #plannedReplay(
    tenantUid: string,
    httpTransportUid: string,
    input: ReplayEvents,
  ): Promise<PlannedRecovery> {
    const path = checkedPath('httpTransportUid', tenantUid, httpTransportUid);
    return this.recoveries.planReplay(...path, await checkedInput(REPLAY, 'input', input));
  }
}

const checkedPath = (name: string, tenantUid: string, uid: string): [string, string] => [
  checkedUid('tenantUid', tenantUid),
  checkedUid(name, uid),
];
