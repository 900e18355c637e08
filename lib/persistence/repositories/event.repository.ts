import { Inject, Injectable } from '@nestjs/common';
import { referenceSearch } from '../../domain/event-references.js';
import { EventEntity } from '../entities/event.entity.js';
import { DATABASE, type Database } from '../ports/database.js';
import type { EventPage } from '../ports/event-list-store.js';
import { STORES, type Stores } from '../ports/stores.js';
import { NO_ID } from '../sql/delivery-sql.js';
import { numberBounds } from '../sql/id-bounds.js';

/** Criteria of a list of events; an undefined criterion matches all. */
export interface EventFilter {
  readonly action?: string | undefined;
  readonly eventUid?: string | undefined;
  /** Exact `Id` or `Uid` of a reference, see `referenceSearch`. */
  readonly reference?: string | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly createdFrom?: number | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly createdTo?: number | undefined;
}

const EMPTY: EventPage = { items: [], searchedTo: null };

/** The events of a tenant. Every call takes the tenant first and reaches no other tenant's rows. */
@Injectable()
export class EventRepository {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORES) private readonly stores: Pick<Stores, 'eventLists'>,
  ) {}

  /**
   * The newest events, in descending order of ids.
   *
   * @param beforeId leaves out this event and newer ones
   */
  async newest(
    tenantUid: string,
    { eventUid, action, reference, createdFrom, createdTo }: EventFilter,
    { beforeId = NO_ID, limit }: { beforeId?: number | undefined; limit: number },
  ): Promise<EventPage> {
    const only = eventUid === undefined ? undefined : await this.find(tenantUid, eventUid);
    if (only === null) return EMPTY;
    const bounds = only
      ? { afterId: only.id - 1, beforeId: only.id + 1 }
      : await numberBounds(this.stores.eventLists, tenantUid, createdFrom, createdTo);
    return this.stores.eventLists.page({
      tenantUid,
      action,
      reference: reference === undefined ? undefined : referenceSearch(reference),
      createdFrom,
      createdTo,
      afterId: bounds.afterId,
      beforeId: Math.min(beforeId, bounds.beforeId),
      limit,
    });
  }

  /** @returns null if the tenant has no such event */
  find(tenantUid: string, eventUid: string): Promise<EventEntity | null> {
    return this.database.dataSource.getRepository(EventEntity).findOneBy({ tenantUid, eventUid });
  }
}
