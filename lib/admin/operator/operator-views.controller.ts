import { Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiKeysetQuery, KeysetQueryDto } from '../listing/keyset-query.js';
import { ApiPlaceQuery } from '../listing/place-page.js';
import { OperatorController } from '../operator-controller.js';
import { ApiInvalid } from '../openapi/api-docs.js';
import { ApiStatisticsRange, StatisticsRangeDto } from '../statistics/statistics-query.dto.js';
import { StatisticsDto } from '../statistics/statistics.dto.js';
import { StatisticsService } from '../statistics/statistics.service.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { FailingTransportListDto } from './failing-transport.dto.js';
import { LaneListDto } from './lane.dto.js';
import { ListedTenantListDto } from './listed-tenant.dto.js';
import { OperatorAuditListDto } from './operator-audit.dto.js';
import { ApiLaneQuery, ApiTenantQuery, LaneQueryDto, TenantQueryDto } from './operator-queries.dto.js';
import { OperatorService } from './operator.service.js';
import { OperationsOverviewDto } from './overview.dto.js';

const INVALID_PAGE = 'pageSize must be an integer from 1 to 100';

/** Shows what concerns all tenants. */
@OperatorController()
export class OperatorViewsController {
  constructor(
    private readonly operator: OperatorService,
    private readonly statistics: StatisticsService,
  ) {}

  @Get('overview')
  @ApiOperation({
    operationId: 'getWebhookOperationsOverview',
    summary: 'Get the state of the service',
    description:
      'Returns whether deliveries are stopped, how much work waits and how old it is, the outcomes of the last hour, and the processes that deliver.',
  })
  @ApiOkResponse({ type: OperationsOverviewDto, description: 'State of the service.' })
  overview(): Promise<OperationsOverviewDto> {
    return this.operator.overview();
  }

  @Get('failingtransports')
  @ApiOperation({
    operationId: 'listFailingHttpTransports',
    summary: 'List failing HTTP transports of all tenants',
    description:
      'Lists the HTTP transports, including disabled ones, whose attempts have failed since their last success. Those that have been failing for the longest time come first. Counts of the last 24 hours begin with a whole hour, so they include up to 25 hours.',
  })
  @ApiPlaceQuery()
  @ApiOkResponse({ type: FailingTransportListDto, description: 'A page of failing HTTP transports.' })
  @ApiInvalid(INVALID_PAGE, 'INVALID_CURSOR')
  failing(
    @Query(new DtoPipe(KeysetQueryDto)) query: Input<KeysetQueryDto>,
  ): Promise<FailingTransportListDto> {
    return this.operator.failing(query);
  }

  @Get('lanes')
  @ApiOperation({
    operationId: 'listWebhookLanes',
    summary: 'List lanes and their holders',
    description:
      'Lists the lanes (queues of one HTTP transport each) that have work, with the process that holds each and the end of its lease. Lanes that wait for a process come first. Lanes of paused and disabled HTTP transports are left out. A lane without pending deliveries is listed only while a process holds it.',
  })
  @ApiLaneQuery()
  @ApiOkResponse({ type: LaneListDto, description: 'A page of lanes.' })
  @ApiInvalid(INVALID_PAGE, 'INVALID_CURSOR')
  lanes(@Query(new DtoPipe(LaneQueryDto)) query: Input<LaneQueryDto>): Promise<LaneListDto> {
    return this.operator.lanes(query);
  }

  @Get('tenants')
  @ApiOperation({
    operationId: 'listWebhookTenants',
    summary: 'List tenants with their backlog',
    description:
      'Lists tenants with their pending deliveries, their HTTP transports by state, and the outcomes of the last 24 hours. Counting begins with a whole hour, so it includes up to 25 hours. Each request reads at most 100 tenants.',
  })
  @ApiTenantQuery()
  @ApiOkResponse({ type: ListedTenantListDto, description: 'A page of tenants.' })
  @ApiInvalid(INVALID_PAGE, 'INVALID_CURSOR')
  tenants(@Query(new DtoPipe(TenantQueryDto)) query: Input<TenantQueryDto>): Promise<ListedTenantListDto> {
    return this.operator.tenants(query);
  }

  @Get('statistics')
  @ApiOperation({
    operationId: 'getWebhookOperationsStatistics',
    summary: 'Get counts and latencies of all tenants together',
    description:
      'Returns the throughput of the service by minute, hour or day. The response has every bucket of the range.',
  })
  @ApiStatisticsRange()
  @ApiOkResponse({ type: StatisticsDto, description: 'Statistics of all tenants.' })
  @ApiInvalid('from must be before to')
  read(@Query(new DtoPipe(StatisticsRangeDto)) query: Input<StatisticsRangeDto>): Promise<StatisticsDto> {
    return this.statistics.readOfAllTenants(query);
  }

  @Get('audit')
  @ApiOperation({
    operationId: 'listWebhookOperationsAudit',
    summary: 'List stops and resumes, newest first',
    description:
      'Lists who stopped and resumed all deliveries. Changes of an HTTP transport by an operator are in the audit of its tenant. Entries are kept for 400 days.',
  })
  @ApiKeysetQuery()
  @ApiOkResponse({ type: OperatorAuditListDto, description: 'A page of the operator’s audit.' })
  @ApiInvalid(INVALID_PAGE, 'INVALID_CURSOR')
  audit(@Query(new DtoPipe(KeysetQueryDto)) query: Input<KeysetQueryDto>): Promise<OperatorAuditListDto> {
    return this.operator.audit(query);
  }
}
