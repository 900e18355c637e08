import { Injectable } from '@nestjs/common';
import { GlobalStopService } from '../../operations/global-stop/global-stop.service.js';
import { KeysetQueryDto } from '../listing/keyset-query.js';
import { LaneQueryDto, TenantQueryDto } from '../operator/operator-queries.dto.js';
import { OperatorService } from '../operator/operator.service.js';
import { StopDeliveriesDto, stopStateDto } from '../operator/stop.dto.js';
import { StatisticsRangeDto } from '../statistics/statistics-query.dto.js';
import { StatisticsService } from '../statistics/statistics.service.js';
import { DtoPipe } from '../validation/dto.pipe.js';
import type {
  ChangedBy,
  WebhookDeliveryStopState,
  WebhookFailingTransportList,
  WebhookLaneList,
  WebhookLaneQuery,
  WebhookOperationsOverview,
  WebhookOperatorAuditList,
  WebhookPageQuery,
  WebhookStatisticsRange,
  WebhookStatisticsResult,
  WebhookTenantList,
  WebhookTenantQuery,
} from './admin-types.js';
import { checkedActor } from './checked-actor.js';
import { checkedInput, withApiErrors } from './checked-input.js';

const PAGE = new DtoPipe(KeysetQueryDto);
const LANES = new DtoPipe(LaneQueryDto);
const TENANTS = new DtoPipe(TenantQueryDto);
const RANGE = new DtoPipe(StatisticsRangeDto);
const STOP = new DtoPipe(StopDeliveriesDto);

/**
 * The operator's view of all tenants, and the global stop, from code. Every method applies the rules of the REST API except
 * access: you decide who may call it. To pause or disable a transport of any tenant, use `HttpTransports`. The methods throw
 * `ApiError`, as those of `HttpTransports` do.
 */
@Injectable()
export class WebhookOperations {
  constructor(
    private readonly operator: OperatorService,
    private readonly statisticsOf: StatisticsService,
    private readonly stops: GlobalStopService,
  ) {}

  /** Returns whether deliveries are stopped, the waiting work, the outcomes of the last hour, and the processes that deliver. */
  overview(): Promise<WebhookOperationsOverview> {
    return withApiErrors(() => this.operator.overview());
  }

  /**
   * Returns one page of the transports that are failing, those that have been failing for the longest time first.
   *
   * @param query `pageSize` 1 to 100 (default 25); `cursor`: `paging.nextCursor` of the previous page
   * @throws {ApiError} `INVALID_CURSOR`
   */
  failingTransports(query?: WebhookPageQuery): Promise<WebhookFailingTransportList> {
    return withApiErrors(async () => this.operator.failing(await checkedInput(PAGE, 'query', query)));
  }

  /**
   * Returns one page of the lanes that have work, those that wait for a process first.
   *
   * @param query as for `failingTransports`, and `state`: `FREE`, `HELD` or `EXPIRED`
   * @throws {ApiError} `INVALID_CURSOR`
   */
  lanes(query?: WebhookLaneQuery): Promise<WebhookLaneList> {
    return withApiErrors(async () => this.operator.lanes(await checkedInput(LANES, 'query', query)));
  }

  /**
   * Returns one page of the tenants with their backlog.
   *
   * @param query as for `failingTransports`, and `minPending`: only tenants with at least this many pending deliveries, 1 to
   *   1,000,000,000
   * @throws {ApiError} `INVALID_CURSOR`
   */
  tenants(query?: WebhookTenantQuery): Promise<WebhookTenantList> {
    return withApiErrors(async () => {
      const { minPending, ...page } = query ?? {};
      const text = minPending === undefined ? {} : { minPending: String(minPending) };
      return this.operator.tenants(await checkedInput(TENANTS, 'query', { ...page, ...text }));
    });
  }

  /**
   * Returns counts and latencies of all tenants together by minute, hour or day.
   *
   * @param range `from` and `to` (a `Date`, or ISO 8601 text with an offset; default: the last 24 hours), `bucket` (default
   *   `hour`; at most 10,000 buckets)
   * @throws {ApiError} `VALIDATION_FAILED`
   */
  statistics(range?: WebhookStatisticsRange): Promise<WebhookStatisticsResult> {
    return withApiErrors(async () =>
      this.statisticsOf.readOfAllTenants(await checkedInput(RANGE, 'query', range)),
    );
  }

  /**
   * Returns one page of the stops and resumes, newest first.
   *
   * @param query as for `failingTransports`
   * @throws {ApiError} `INVALID_CURSOR`
   */
  audit(query?: WebhookPageQuery): Promise<WebhookOperatorAuditList> {
    return withApiErrors(async () => this.operator.audit(await checkedInput(PAGE, 'query', query)));
  }

  /**
   * Stops the deliveries of all tenants in all processes, including test sends. No request starts later than one second after
   * the call; requests in flight are aborted. Events are accepted and deliveries are queued until `resume`, even if processes
   * restart. If deliveries are already stopped, nothing changes.
   *
   * @param options `reason`: 1 to 255 characters without control characters; default: none
   * @returns the stop that is in force
   * @throws {ApiError} `VALIDATION_FAILED`
   */
  stop(options?: { reason?: string | undefined }, by?: ChangedBy): Promise<WebhookDeliveryStopState> {
    return withApiErrors(async () => {
      const actor = checkedActor(by);
      const { reason } = await checkedInput(STOP, 'options', options);
      return stopStateDto(await this.stops.stop(reason ?? null, actor));
    });
  }

  /** Ends the stop: everything that was queued meanwhile is sent. If deliveries are not stopped, nothing changes. */
  resume(by?: ChangedBy): Promise<WebhookDeliveryStopState> {
    return withApiErrors(async () => {
      await this.stops.resume(checkedActor(by));
      return stopStateDto(undefined);
    });
  }
}
