import { Inject, Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import type { DeliveryStatus } from '../../domain/delivery-status.js';
import { DATABASE, type Database } from '../database.js';
import { AttemptEntity } from '../entities/attempt.entity.js';
import { DeliveryEntity } from '../entities/delivery.entity.js';
import { EventEntity } from '../entities/event.entity.js';

/** What leaves deliveries out of a list; a criterion that is undefined leaves out none. */
export interface DeliveryFilter {
  readonly httpTransportUid?: string | undefined;
  readonly webhookUid?: string | undefined;
  readonly action?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
  readonly eventUid?: string | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly createdFrom?: number | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly createdTo?: number | undefined;
}

/** A delivery together with the uid of its event. */
export type DeliveryRow = DeliveryEntity & { eventUid: string };

/** The delivery log of a tenant. Every call takes the tenant first and reaches no other tenant's rows. */
@Injectable()
export class DeliveryRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /**
   * The newest deliveries, by falling id.
   *
   * @param beforeId leaves out this one and newer ones
   */
  async newest(
    tenantUid: string,
    filter: DeliveryFilter,
    { beforeId, limit }: { beforeId?: number | undefined; limit: number },
  ): Promise<DeliveryRow[]> {
    const query = this.#deliveries
      .createQueryBuilder('delivery')
      .innerJoin(EventEntity, 'event', 'event.id = delivery.eventId')
      .addSelect('event.eventUid', 'event_uid')
      .where({ tenantUid })
      .orderBy('delivery.id', 'DESC')
      .limit(limit);
    if (beforeId !== undefined) query.andWhere('delivery.id < :beforeId', { beforeId });
    applyFilter(query, tenantUid, filter);
    const { entities, raw } = await query.getRawAndEntities<{ event_uid: string }>();
    return entities.map((delivery, index) => ({ ...delivery, eventUid: raw[index]!.event_uid }));
  }

  find(tenantUid: string, deliveryId: number): Promise<DeliveryEntity | null> {
    return this.#deliveries.findOneBy({ tenantUid, id: deliveryId });
  }

  findEvent(tenantUid: string, eventId: number): Promise<EventEntity | null> {
    return this.database.dataSource.getRepository(EventEntity).findOneBy({ tenantUid, id: eventId });
  }

  /** The attempts of a delivery, newest first. */
  attempts(tenantUid: string, deliveryId: number, limit: number): Promise<AttemptEntity[]> {
    return this.database.dataSource
      .getRepository(AttemptEntity)
      .createQueryBuilder('attempt')
      .innerJoin(DeliveryEntity, 'delivery', 'delivery.id = attempt.deliveryId')
      .where('delivery.tenantUid = :tenantUid', { tenantUid })
      .andWhere({ deliveryId })
      .orderBy('attempt.number', 'DESC')
      .addOrderBy('attempt.startedAt', 'DESC')
      .limit(limit)
      .getMany();
  }

  get #deliveries() {
    return this.database.dataSource.getRepository(DeliveryEntity);
  }
}

function applyFilter(
  query: SelectQueryBuilder<DeliveryEntity>,
  tenantUid: string,
  { eventUid, createdFrom, createdTo, httpTransportUid, webhookUid, action, status }: DeliveryFilter,
): void {
  if (httpTransportUid !== undefined) query.andWhere({ httpTransportUid });
  if (webhookUid !== undefined) query.andWhere({ webhookUid });
  if (action !== undefined) query.andWhere({ action });
  if (status !== undefined) query.andWhere({ status });
  if (createdFrom !== undefined) query.andWhere('delivery.createdAt >= :createdFrom', { createdFrom });
  if (createdTo !== undefined) query.andWhere('delivery.createdAt <= :createdTo', { createdTo });
  if (eventUid === undefined) return;
  // As a sub-query, so that the database starts from the one event and not from the newest delivery.
  const event = query
    .subQuery()
    .select('wanted.id')
    .from(EventEntity, 'wanted')
    .where('wanted.tenantUid = :tenantUid AND wanted.eventUid = :eventUid')
    .getQuery();
  query.andWhere(`delivery.eventId = ${event}`, { tenantUid, eventUid });
}
