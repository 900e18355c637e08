import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController } from '../admin-controller.js';
import { ApiInvalid } from '../openapi/api-docs.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { ApiStatisticsQuery, StatisticsQueryDto } from './statistics-query.dto.js';
import { StatisticsDto } from './statistics.dto.js';
import { StatisticsService } from './statistics.service.js';

/** Statistics of a tenant. */
@AdminController('webhookstatistics', 'deliveries')
export class StatisticsController {
  constructor(private readonly statistics: StatisticsService) {}

  @Get()
  @ApiOperation({
    operationId: 'getWebhookStatistics',
    summary: 'Get counts and latencies by minute, hour or day',
    description:
      'Counts outcomes by the time at which the attempt ended or the delivery was recorded as `MISSED`, up to this moment. The response has every bucket of the range, ready to plot.',
  })
  @ApiStatisticsQuery()
  @ApiOkResponse({ type: StatisticsDto, description: 'Statistics of the tenant.' })
  @ApiInvalid('from must be before to')
  get(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Query(new DtoPipe(StatisticsQueryDto)) query: Input<StatisticsQueryDto>,
  ): Promise<StatisticsDto> {
    return this.statistics.read(tenantUid, query);
  }
}
