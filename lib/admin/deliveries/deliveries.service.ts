import { Injectable } from '@nestjs/common';
import { deliveryIdOf } from '../../domain/uid.js';
import { RedeliveryService } from '../../operations/redelivery/redelivery.service.js';
import { DeliveryRepository } from '../../persistence/repositories/delivery.repository.js';
import { notFound } from '../api-error.js';
import { Cursors } from '../listing/cursors.js';
import { keysetPage } from '../listing/keyset-page.js';
import type { DeliveryQueryDto } from './delivery-query.dto.js';
import { deliveryDto, type DeliveryDto, type DeliveryListDto } from './delivery.dto.js';
import { redeliveryResult, type RedeliveryResultListDto } from './redeliver.dto.js';
import { deliveryDetailsDto, MAX_ATTEMPTS_SHOWN, type DeliveryDetailsDto } from './delivery-details.dto.js';

/** Reads the delivery log, and redelivers. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly cursors: Cursors,
    private readonly redelivery: RedeliveryService,
  ) {}

  /** @throws {ApiError} 400 `INVALID_CURSOR` */
  async page(tenantUid: string, { pageSize, cursor, ...filter }: DeliveryQueryDto): Promise<DeliveryListDto> {
    const { rows, paging } = await keysetPage(
      this.cursors,
      ['deliveries', tenantUid],
      { pageSize, cursor },
      (beforeId, limit) => this.deliveries.newest(tenantUid, filter, { beforeId, limit }),
      ({ id }) => id,
    );
    return { items: rows.map(deliveryDto), paging };
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

  /** @throws {ApiError} 404, and errors that `apiErrorOf` maps to 409 */
  async redeliver(tenantUid: string, deliveryUid: string): Promise<DeliveryDto> {
    const id = deliveryIdOf(deliveryUid);
    const delivery = id === undefined ? undefined : await this.redelivery.redeliver(tenantUid, id);
    if (!delivery) throw notFound('DELIVERY');
    return deliveryDto(delivery);
  }

  /** @returns a result for each delivery, in the order in which they are first named */
  async redeliverMany(tenantUid: string, deliveryUids: readonly string[]): Promise<RedeliveryResultListDto> {
    const uids = [...new Set(deliveryUids)];
    const ids = uids.flatMap((uid) => deliveryIdOf(uid) ?? []);
    const outcomes = await this.redelivery.redeliverMany(tenantUid, ids);
    const results = uids.map((uid) =>
      redeliveryResult(uid, outcomes.get(deliveryIdOf(uid) ?? -1) ?? 'UNKNOWN'),
    );
    return { results };
  }
}
