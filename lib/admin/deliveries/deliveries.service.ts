import { Injectable } from '@nestjs/common';
import { deliveryIdOf } from '../../domain/uid.js';
import { DeliveryRepository } from '../../persistence/repositories/delivery.repository.js';
import { notFound } from '../api-error.js';
import { Cursors } from '../listing/cursors.js';
import type { DeliveryQueryDto } from './delivery-query.dto.js';
import { deliveryDto, type DeliveryListDto } from './delivery.dto.js';
import { deliveryDetailsDto, MAX_ATTEMPTS_SHOWN, type DeliveryDetailsDto } from './delivery-details.dto.js';

/** Reads the delivery log. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly cursors: Cursors,
  ) {}

  /** @throws {ApiError} 400 `INVALID_CURSOR` */
  async page(tenantUid: string, { pageSize, cursor, ...filter }: DeliveryQueryDto): Promise<DeliveryListDto> {
    const list = ['deliveries', tenantUid];
    const beforeId = cursor === undefined ? undefined : await this.cursors.decode(list, cursor);
    // Read one more than requested, to find out whether there is a next page.
    const { items, searchedTo } = await this.deliveries.newest(tenantUid, filter, {
      beforeId,
      limit: pageSize + 1,
    });
    const shown = items.slice(0, pageSize);
    const next = items.length > pageSize ? shown.at(-1)!.id : searchedTo;
    const nextCursor = next === null ? null : await this.cursors.encode(list, next);
    return { items: shown.map(deliveryDto), paging: { pageSize, nextCursor } };
  }

  /** @throws {ApiError} 404 */
  async get(tenantUid: string, deliveryUid: string): Promise<DeliveryDetailsDto> {
    const id = deliveryIdOf(deliveryUid);
    const delivery = id === undefined ? undefined : await this.deliveries.find(tenantUid, id);
    const event = delivery && (await this.deliveries.findEvent(tenantUid, delivery.eventId));
    if (!delivery || !event) throw notFound('DELIVERY');
    const attempts = await this.deliveries.attempts(delivery, MAX_ATTEMPTS_SHOWN);
    return deliveryDetailsDto(delivery, event, attempts);
  }
}
