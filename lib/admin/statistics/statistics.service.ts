import { Inject, Injectable } from '@nestjs/common';
import { bucketStart, CountSum, GRANULARITIES, type CountRow } from '../../domain/statistics.js';
import { StatisticsRollUp } from '../../operations/statistics/statistics-roll-up.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import type { CountsRequest } from '../../persistence/ports/statistic-store.js';
import { StatisticRepository } from '../../persistence/repositories/statistic.repository.js';
import { validationFailed } from '../api-error.js';
import { MOST_BUCKETS, type StatisticsQueryDto, type StatisticsRangeDto } from './statistics-query.dto.js';
import { bucketDto, countsDto, type StatisticsDto } from './statistics.dto.js';

const DAY_MS = 86_400_000;

/** The buckets that are read. */
type Range = Pick<CountsRequest, 'granularity' | 'from' | 'to'>;

/** Reads statistics. */
@Injectable()
export class StatisticsService {
  constructor(
    private readonly statistics: StatisticRepository,
    private readonly rollUp: StatisticsRollUp,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  /** @throws {ApiError} 400 if `from` is not before `to`, or the range has too many buckets */
  read(tenantUid: string, query: StatisticsQueryDto): Promise<StatisticsDto> {
    const { httpTransportUid, action } = query;
    return this.#read(
      query,
      (range) => this.statistics.counts(tenantUid, { ...range, httpTransportUid, action }),
      async () => (action === undefined ? this.statistics.pending(tenantUid, httpTransportUid) : null),
    );
  }

  /** Reads the statistics of all tenants together. @throws {ApiError} as `read` */
  readOfAllTenants(query: StatisticsRangeDto): Promise<StatisticsDto> {
    return this.#read(
      query,
      (range) => this.statistics.countsOfAllTenants(range),
      () => this.statistics.pendingOfAllTenants(),
    );
  }

  async #read(
    query: StatisticsRangeDto,
    read: (range: Range) => Promise<readonly CountRow[]>,
    readPending: () => Promise<number | null>,
  ): Promise<StatisticsDto> {
    const { bucket } = query;
    const to = query.to ?? this.database.now();
    const from = query.from ?? to - DAY_MS;
    if (from >= to) throw validationFailed('from must be before to');
    const length = GRANULARITIES[bucket] * 60_000;
    const first = bucketStart(from, bucket);
    const count = Math.ceil((to - first) / length);
    if (count > MOST_BUCKETS)
      throw validationFailed(
        `the range has ${count} buckets; at most ${MOST_BUCKETS} are possible: use longer buckets or a shorter range`,
      );
    // Count all outcomes that are recorded so far, so that the result is exact.
    await this.rollUp.run();
    const total = new CountSum();
    const sums = new Map<number, CountSum>();
    for (const row of await read({ granularity: bucket, from: first, to })) {
      const sum = sums.get(row.start) ?? new CountSum();
      sums.set(row.start, sum);
      sum.addCounts(row);
      total.addCounts(row);
    }
    const empty = new CountSum();
    const starts = Array.from({ length: count }, (_, index) => first + index * length);
    const items = starts.map((start) => bucketDto(start, sums.get(start) ?? empty));
    return { bucket, items, total: countsDto(total), pending: await readPending() };
  }
}
