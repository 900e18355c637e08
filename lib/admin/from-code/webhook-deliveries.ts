import { Injectable } from '@nestjs/common';
import { DeliveriesService } from '../deliveries/deliveries.service.js';
import { DeliveryQueryDto } from '../deliveries/delivery-query.dto.js';
import { DtoPipe } from '../validation/dto.pipe.js';
import type { WebhookDeliveryDetails, WebhookDeliveryList, WebhookDeliveryQuery } from './admin-types.js';
import { checkedInput, checkedUid, withApiErrors } from './checked-input.js';

const LIST = new DtoPipe(DeliveryQueryDto);

/**
 * The delivery log from code. Every method applies the rules of the REST API except access: you decide who may call it. It
 * throws `ApiError`, as `HttpTransports` does.
 */
@Injectable()
export class WebhookDeliveries {
  constructor(private readonly deliveries: DeliveriesService) {}

  /**
   * Returns one page of the tenant's deliveries, newest first.
   *
   * @param query filters (`httpTransportUid`, `webhookUid`, `action`, `status`, `eventUid`, `createdFrom`, `createdTo`), and
   *   `pageSize` 1 to 100 (default 25). Pass `paging.nextCursor` of the result as `cursor`, with the same filters, to get the
   *   next page. With a filter, a page may contain fewer items than `pageSize` although a next page exists.
   * @throws {ApiError} `INVALID_CURSOR`
   */
  list(tenantUid: string, query?: WebhookDeliveryQuery): Promise<WebhookDeliveryList> {
    return withApiErrors(async () => {
      const tenant = checkedUid('tenantUid', tenantUid);
      return this.deliveries.page(tenant, await checkedInput(LIST, 'query', query));
    });
  }

  /**
   * Returns one delivery with its event and its attempts.
   *
   * @throws {ApiError} `DELIVERY_NOT_FOUND`
   */
  get(tenantUid: string, deliveryUid: string): Promise<WebhookDeliveryDetails> {
    return withApiErrors(async () =>
      this.deliveries.get(checkedUid('tenantUid', tenantUid), checkedUid('deliveryUid', deliveryUid)),
    );
  }
}
