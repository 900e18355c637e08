import { Inject, Injectable } from '@nestjs/common';
import { bucketStart } from '../../domain/statistics.js';
import { GlobalStopService } from '../../operations/global-stop/global-stop.service.js';
import { StatisticsRollUp } from '../../operations/statistics/statistics-roll-up.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import { STORES, type Stores } from '../../persistence/ports/stores.js';
import { AuditRepository } from '../../persistence/repositories/audit.repository.js';
import { OperatorRepository, type Place } from '../../persistence/repositories/operator.repository.js';
import { OPERATOR_RESOURCE } from '../../domain/audit.js';
import type { ListedLane } from '../../persistence/sql/operator-rows.js';
import { Cursors } from '../listing/cursors.js';
import { keysetPage, type KeysetRequest, type Searched } from '../listing/keyset-page.js';
import { placePage, type SearchedPlaces } from '../listing/place-page.js';
import { StatisticsService } from '../statistics/statistics.service.js';
import { failingTransportDto, type FailingTransportListDto } from './failing-transport.dto.js';
import { laneDto, laneStateOf, type LaneListDto, type LaneState } from './lane.dto.js';
import { listedTenantDto, type ListedTenantDto, type ListedTenantListDto } from './listed-tenant.dto.js';
import { operatorAuditEntryDto, type OperatorAuditListDto } from './operator-audit.dto.js';
import type { LaneQueryDto, TenantQueryDto } from './operator-queries.dto.js';
import { processDto, type OperationsOverviewDto } from './overview.dto.js';
import { stopStateDto } from './stop.dto.js';

const HOUR_MS = 3_600_000;
/** Maximum number of lanes, and of tenants, that a search with a filter reads. */
const SEARCHED_LANES = 1_000;
const SEARCHED_TENANTS = 100;

/** A tenant as listed, and its id, which is its position in the list. */
type CountedTenant = ListedTenantDto & { readonly id: number };

/** Reads what concerns all tenants. Every list is bounded, and its cost grows neither with the queue nor with the log. */
@Injectable()
export class OperatorService {
  constructor(
    private readonly lists: OperatorRepository,
    private readonly stops: GlobalStopService,
    private readonly statistics: StatisticsService,
    private readonly rollUp: StatisticsRollUp,
    private readonly entries: AuditRepository,
    private readonly cursors: Cursors,
    @Inject(STORES) private readonly stores: Stores,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  async overview(): Promise<OperationsOverviewDto> {
    const now = this.database.now();
    const { stop } = stopStateDto(await this.stops.read());
    const queue = await this.stores.backlog.measure();
    const { total } = await this.statistics.readOfAllTenants({
      from: now - HOUR_MS,
      to: now,
      bucket: 'minute',
    });
    const holders = await this.lists.holders(now);
    return { stop, queue, lastHour: total, processes: holders.map(processDto) };
  }

  /** @throws {ApiError} 400 `INVALID_CURSOR` */
  async failing(request: KeysetRequest): Promise<FailingTransportListDto> {
    const since = await this.#countedSince();
    const now = this.database.now();
    const { rows, paging } = await placePage(
      this.cursors,
      ['failing'],
      request,
      async (after, limit) => ({
        items: await this.lists.failing({ after, limit }, since),
        searchedTo: null,
      }),
      ({ failingSince, id }) => ({ value: failingSince, id }),
    );
    return { items: rows.map((row) => failingTransportDto(row, now)), paging };
  }

  /** @throws {ApiError} 400 `INVALID_CURSOR` */
  async lanes({ state, ...request }: LaneQueryDto): Promise<LaneListDto> {
    const now = this.database.now();
    const { rows, paging } = await placePage(
      this.cursors,
      ['lanes'],
      request,
      (after, limit) => this.#searchLanes(after, limit, state, now),
      placeOf,
    );
    return { items: rows.map((row) => laneDto(row, now)), paging };
  }

  /** @throws {ApiError} 400 `INVALID_CURSOR` */
  async tenants({ minPending = 0, ...request }: TenantQueryDto): Promise<ListedTenantListDto> {
    const since = await this.#countedSince();
    const { rows, paging } = await keysetPage<CountedTenant>(
      this.cursors,
      ['tenants'],
      request,
      (afterId, limit) => this.#searchTenants(afterId, limit, minPending, since),
      ({ id }) => id,
    );
    return { items: rows.map(({ id: _id, ...tenant }) => tenant), paging };
  }

  /** @throws {ApiError} 400 `INVALID_CURSOR` */
  async audit(request: KeysetRequest): Promise<OperatorAuditListDto> {
    const { rows, paging } = await keysetPage(
      this.cursors,
      ['operator-audit'],
      request,
      (beforeId, limit) => this.entries.newest(OPERATOR_RESOURCE.tenantUid, {}, { beforeId, limit }),
      ({ id }) => id,
    );
    return { items: rows.map(operatorAuditEntryDto), paging };
  }

  /** Counts all outcomes that are recorded so far. @returns the start of the first hour of the last 24 hours */
  async #countedSince(): Promise<number> {
    await this.rollUp.run();
    return bucketStart(this.database.now() - 24 * HOUR_MS, 'hour');
  }

  async #searchLanes(
    after: Place | undefined,
    limit: number,
    state: LaneState | undefined,
    now: number,
  ): Promise<SearchedPlaces<ListedLane>> {
    if (state === undefined) return { items: await this.lists.lanes({ after, limit }), searchedTo: null };
    const read = await this.lists.lanes({ after, limit: SEARCHED_LANES });
    const items = read.filter((lane) => laneStateOf(lane, now) === state).slice(0, limit);
    const hasMore = items.length < limit && read.length === SEARCHED_LANES;
    return { items, searchedTo: hasMore ? placeOf(read.at(-1)!) : null };
  }

  async #searchTenants(
    afterId: number | undefined,
    limit: number,
    minPending: number,
    since: number,
  ): Promise<Searched<CountedTenant>> {
    const most = minPending > 0 ? SEARCHED_TENANTS : limit;
    const read = await this.lists.tenants({ afterId, limit: most }, since);
    const depths = await this.lists.pendingOf(read.map(({ id }) => id));
    const items = read
      .map((tenant) => ({ ...listedTenantDto(tenant, depths.get(tenant.id)!), id: tenant.id }))
      .filter(({ pending }) => pending >= minPending)
      .slice(0, limit);
    const hasMore = minPending > 0 && items.length < limit && read.length === most;
    return { items, searchedTo: hasMore ? read.at(-1)!.id : null };
  }
}

const placeOf = ({ dueAt, transportId }: ListedLane): Place => ({ value: dueAt, id: transportId });
