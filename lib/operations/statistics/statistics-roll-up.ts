import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { inHalves } from '../../delivery/lanes/in-halves.js';
import type { Granularity } from '../../domain/statistics.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import { STORES, type Stores } from '../../persistence/ports/stores.js';
import { PollLoop } from '../../timing/poll-loop.js';
import { withDeadline } from '../../timing/with-deadline.js';
import { WEBHOOKS_WORKER_ENABLED } from '../../webhooks.tokens.js';
import { concernsRows } from '../retention/paced-batches.js';
import { safeErrorText } from '../safe-error-text.js';
import { WebhooksLogger } from '../webhooks-logger.js';

/** How often a process with a worker adds new facts to the counts, in ms. A query of the statistics adds them as well. */
const EVERY_MS = 10_000;
/** Maximum number of groups of facts in one transaction. A group is a row of `webhook_statistic_fact`: facts that were written together. */
const GROUPS = 50;
/** Time limit for ending a round at shutdown, in ms. */
const STOP_LIMIT_MS = 1_000;
/** Rows that one statement deletes at most. */
const DELETED_AT_ONCE = 1_000;
/** Maximum number of groups that are remembered, so that each is logged only once. */
const MOST_WARNED = 1_000;
const DAY_MS = 86_400_000;
/** How long counts are kept, in days. */
export const KEPT_DAYS: Readonly<Record<Granularity, number>> = { minute: 3, hour: 92, day: 800 };

/** Adds facts, which are written with each recorded outcome, to the counts by minute, hour and day. Deletes old counts. */
@Injectable()
export class StatisticsRollUp implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new WebhooksLogger();
  readonly #loop = new PollLoop({
    pollMs: EVERY_MS,
    round: async () => {
      await this.run();
      return this.#deleteOld();
    },
    onError: (error, failures) => {
      if (failures === 1)
        this.#logger.warn(`Counting for statistics failed and is tried again: ${safeErrorText(error)}`);
    },
  });
  /** Groups that cannot be counted and were named in the log. */
  readonly #warned = new Set<number>();
  #running: Promise<void> | undefined;
  #deletedAt = -Infinity;

  constructor(
    @Inject(STORES) private readonly stores: Pick<Stores, 'statistics'>,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(WEBHOOKS_WORKER_ENABLED) private readonly isEnabled: boolean,
  ) {}

  onApplicationBootstrap(): void {
    if (this.isEnabled) this.#loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await withDeadline(this.#loop.stop(), performance.now() + STOP_LIMIT_MS);
  }

  /** Adds all facts that are committed now. A run in progress may have read before the last commit, so another one follows it. */
  async run(): Promise<void> {
    await this.#running?.catch(() => undefined);
    // Callers that waited for the same run share the next one.
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #run(): Promise<void> {
    const { statistics } = this.stores;
    for (let after = 0; ;) {
      const groups = await statistics.groups(after, GROUPS);
      if (groups.length === 0) return;
      const refused = new Map<number, unknown>();
      await inHalves(
        groups,
        async (part) => statistics.rollUp(part),
        (group, error) => refused.set(group, error),
      );
      // The groups that a split makes have greater ids, so this run comes to them. A group that cannot be split stays, and the run goes on.
      for (const [group, error] of refused) if (!(await this.#split(group))) this.#warnOf(group, error);
      after = groups.at(-1)!;
    }
  }

  /** @returns false if the group has one tenant only, or cannot be read */
  async #split(group: number): Promise<boolean> {
    try {
      return await this.stores.statistics.splitByTenant(group);
    } catch (error) {
      if (concernsRows(error)) return false;
      throw error;
    }
  }

  /** Each run finds the group again, so each process logs it only once. */
  #warnOf(group: number, error: unknown): void {
    if (this.#warned.has(group)) return;
    if (this.#warned.size < MOST_WARNED) this.#warned.add(group);
    this.#logger.warn(
      `Row ${group} of webhook_statistic_fact cannot be counted, so the statistics lack its outcomes: ${safeErrorText(error)}`,
    );
  }

  /** Deletes old counts, once an hour. @returns whether there may be more to delete */
  async #deleteOld(): Promise<boolean> {
    const now = this.database.now();
    if (now - this.#deletedAt < DAY_MS / 24) return false;
    for (const [granularity, days] of Object.entries(KEPT_DAYS) as [Granularity, number][]) {
      const before = now - days * DAY_MS;
      if (await this.stores.statistics.deleteBefore(granularity, before, DELETED_AT_ONCE)) return true;
    }
    this.#deletedAt = now;
    return false;
  }
}
