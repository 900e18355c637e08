import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController } from '../admin-controller.js';
import { ApiInvalid, ApiMissing, ApiUid, invalidUid } from '../openapi/api-docs.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { DeliveriesService } from './deliveries.service.js';
import { DeliveryDetailsDto } from './delivery-details.dto.js';
import { ApiDeliveryQuery, DeliveryQueryDto } from './delivery-query.dto.js';
import { DeliveryListDto } from './delivery.dto.js';

/** The delivery log of a tenant. */
@AdminController('deliveries', 'deliveries')
export class DeliveriesController {
  constructor(private readonly deliveries: DeliveriesService) {}

  @Get()
  @ApiOperation({
    operationId: 'listWebhookDeliveries',
    summary: 'List deliveries, newest first',
    description:
      'Lists the deliveries of the tenant, pending and ended. Pass `paging.nextCursor` of a response as `cursor` to get the next page, until it is null. With a filter, a page may contain fewer items than `pageSize`, or none, although a next page exists: each request reads at most about 5,000 rows.',
  })
  @ApiDeliveryQuery()
  @ApiOkResponse({ type: DeliveryListDto, description: 'A page of the tenant’s deliveries.' })
  @ApiInvalid('pageSize must be an integer from 1 to 100', 'INVALID_CURSOR')
  list(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Query(new DtoPipe(DeliveryQueryDto)) query: Input<DeliveryQueryDto>,
  ): Promise<DeliveryListDto> {
    return this.deliveries.page(tenantUid, query);
  }

  @Get(':deliveryUid')
  @ApiOperation({
    operationId: 'getWebhookDelivery',
    summary: 'Get a delivery with its event and its attempts',
    description: 'Returns what was sent, each attempt, and how the receiver responded.',
  })
  @ApiUid('deliveryUid', 'Uid of the delivery.', 'dlv_00000000006yk')
  @ApiOkResponse({ type: DeliveryDetailsDto, description: 'The delivery, its event and its attempts.' })
  @ApiInvalid(invalidUid('deliveryUid'))
  @ApiMissing('DELIVERY')
  get(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('deliveryUid', UidPipe) deliveryUid: string,
  ): Promise<DeliveryDetailsDto> {
    return this.deliveries.get(tenantUid, deliveryUid);
  }
}
