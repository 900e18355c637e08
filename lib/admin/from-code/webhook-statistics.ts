import { Injectable } from '@nestjs/common';
import { StatisticsQueryDto } from '../statistics/statistics-query.dto.js';
import { StatisticsService } from '../statistics/statistics.service.js';
import { DtoPipe } from '../validation/dto.pipe.js';
import type { WebhookStatisticsQuery, WebhookStatisticsResult } from './admin-types.js';
import { checkedInput, checkedUid, withApiErrors } from './checked-input.js';

const QUERY = new DtoPipe(StatisticsQueryDto);

/**
 * Statistics from code. The method applies the rules of the REST API except access: you decide who may call it. It throws
 * `ApiError`, as `HttpTransports` does.
 */
@Injectable()
export class WebhookStatistics {
  constructor(private readonly statistics: StatisticsService) {}

  /**
   * Returns counts and latencies of the tenant by minute, hour or day.
   *
   * @param query `from` and `to` (a `Date`, or ISO 8601 text with an offset; default: the last 24 hours), `bucket` (default
   *   `hour`; at most 10,000 buckets), `httpTransportUid`, `action`
   * @throws {ApiError} `VALIDATION_FAILED`
   */
  read(tenantUid: string, query?: WebhookStatisticsQuery): Promise<WebhookStatisticsResult> {
    return withApiErrors(async () => {
      const tenant = checkedUid('tenantUid', tenantUid);
      return this.statistics.read(tenant, await checkedInput(QUERY, 'query', query));
    });
  }
}
