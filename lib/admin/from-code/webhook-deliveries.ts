import { Injectable } from '@nestjs/common';
import { DeliveriesService } from '../deliveries/deliveries.service.js';
import { DeliveryQueryDto } from '../deliveries/delivery-query.dto.js';
import { RedeliverManyDto } from '../deliveries/redeliver.dto.js';
import { DtoPipe } from '../validation/dto.pipe.js';
import type {
  WebhookDelivery,
  WebhookDeliveryDetails,
  WebhookDeliveryList,
  WebhookDeliveryQuery,
  WebhookRedeliveryResults,
} from './admin-types.js';
import { checkedInput, checkedUid, withApiErrors } from './checked-input.js';

const LIST = new DtoPipe(DeliveryQueryDto);
const REDELIVER_MANY = new DtoPipe(RedeliverManyDto);

/**
 * The delivery log and redeliveries from code. Every method applies the rules of the REST API except access: you decide who
 * may call it. It throws `ApiError`, as `HttpTransports` does.
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

  /**
   * Sends a delivery again, whatever its status: with the same `webhook-id` and body, and the next attempt number. It is sent
   * as soon as the limits of its transport allow, before other deliveries that are due. If that attempt fails, the retry
   * schedule continues.
   *
   * @returns the delivery, which is `PENDING` now
   * @throws {ApiError} `DELIVERY_NOT_FOUND`; `REDELIVERY_PENDING` until the attempt that was requested before is recorded;
   *   `PAYLOAD_GONE`, `HTTP_TRANSPORT_DELETED`, `WEBHOOK_DELETED`; `TRANSPORT_STATE_CONFLICT` if the transport is disabled
   */
  redeliver(tenantUid: string, deliveryUid: string): Promise<WebhookDelivery> {
    return withApiErrors(async () =>
      this.deliveries.redeliver(checkedUid('tenantUid', tenantUid), checkedUid('deliveryUid', deliveryUid)),
    );
  }

  /**
   * Sends several deliveries again, as `redeliver` does. Each is accepted or refused independently of the others.
   *
   * @param deliveryUids 1 to 100 uids; a repeated one counts once
   * @returns a result for each uid, in the order in which they are first named
   */
  redeliverMany(tenantUid: string, deliveryUids: readonly string[]): Promise<WebhookRedeliveryResults> {
    return withApiErrors(async () => {
      const tenant = checkedUid('tenantUid', tenantUid);
      const checked = await checkedInput(REDELIVER_MANY, 'input', { deliveryUids });
      return this.deliveries.redeliverMany(tenant, checked.deliveryUids);
    });
  }
}
