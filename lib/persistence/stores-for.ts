import type { AnyDatabase } from './connection/open-database.js';
import { PostgresAuditStore } from './postgres/postgres-audit-store.js';
import { PostgresBacklogStore } from './postgres/postgres-backlog-store.js';
import { PostgresCarrier } from './postgres/postgres-carrier.js';
import { PostgresDeliveryStore } from './postgres/postgres-delivery-store.js';
import { PostgresEventListStore } from './postgres/postgres-event-list-store.js';
import { PostgresEventStore } from './postgres/postgres-event-store.js';
import { PostgresExplainStore } from './postgres/postgres-explain-store.js';
import { PostgresFanoutStore } from './postgres/postgres-fanout-store.js';
import { PostgresLaneStore } from './postgres/postgres-lane-store.js';
import { PostgresPurgeStore } from './postgres/postgres-purge-store.js';
import { PostgresQueueCountStore } from './postgres/postgres-queue-count-store.js';
import { PostgresRecordStore } from './postgres/postgres-record-store.js';
import { PostgresRequestStore } from './postgres/postgres-request-store.js';
import { PostgresStatisticStore } from './postgres/postgres-statistic-store.js';
import { PostgresRetentionStore } from './postgres/postgres-retention-store.js';
import { PostgresRecoveryStore } from './postgres/postgres-recovery-store.js';
import { PostgresSweepStore } from './postgres/postgres-sweep-store.js';
import { PostgresWorkCheckStore } from './postgres/postgres-work-check-store.js';
import { SqliteAuditStore } from './sqlite/sqlite-audit-store.js';
import { SqliteBacklogStore } from './sqlite/sqlite-backlog-store.js';
import { SqliteDeliveryStore } from './sqlite/sqlite-delivery-store.js';
import { SqliteEventListStore } from './sqlite/sqlite-event-list-store.js';
import { SqliteEventStore } from './sqlite/sqlite-event-store.js';
import { SqliteExplainStore } from './sqlite/sqlite-explain-store.js';
import { SqliteFanoutStore } from './sqlite/sqlite-fanout-store.js';
import { SqliteLaneStore } from './sqlite/sqlite-lane-store.js';
import { SqlitePurgeStore } from './sqlite/sqlite-purge-store.js';
import { SqliteQueueCountStore } from './sqlite/sqlite-queue-count-store.js';
import { SqliteRecordStore } from './sqlite/sqlite-record-store.js';
import { SqliteRequestStore } from './sqlite/sqlite-request-store.js';
import { SqliteStatisticStore } from './sqlite/sqlite-statistic-store.js';
import { SqliteRetentionStore } from './sqlite/sqlite-retention-store.js';
import { SqliteRecoveryStore } from './sqlite/sqlite-recovery-store.js';
import { SqliteSweepStore } from './sqlite/sqlite-sweep-store.js';
import type { Stores } from './ports/stores.js';

// Separate from stores.ts: the types that a host's compiler reads for `Stores` must not import a driver that the host has
// not installed.

/** Chooses the implementations for a database. No other code does. */
export function storesFor(database: AnyDatabase, environment?: string): Stores {
  switch (database.kind) {
    case 'postgres':
      return {
        events: new PostgresEventStore(database),
        fanout: new PostgresFanoutStore(database),
        lanes: new PostgresLaneStore(database, environment),
        records: new PostgresRecordStore(database),
        deliveries: new PostgresDeliveryStore(database),
        requests: new PostgresRequestStore(database, environment),
        eventLists: new PostgresEventListStore(database),
        explain: new PostgresExplainStore(database),
        audit: new PostgresAuditStore(database),
        sweep: new PostgresSweepStore(database),
        counts: new PostgresQueueCountStore(database),
        recoveries: new PostgresRecoveryStore(database),
        backlog: new PostgresBacklogStore(database),
        statistics: new PostgresStatisticStore(database),
        retention: new PostgresRetentionStore(database),
        purge: new PostgresPurgeStore(database),
        workCheck: new PostgresWorkCheckStore(database),
        carrier: new PostgresCarrier(database),
      };
    case 'sqlite':
      return {
        events: new SqliteEventStore(database),
        fanout: new SqliteFanoutStore(database),
        lanes: new SqliteLaneStore(database, environment),
        records: new SqliteRecordStore(database),
        deliveries: new SqliteDeliveryStore(database),
        requests: new SqliteRequestStore(database, environment),
        eventLists: new SqliteEventListStore(database),
        explain: new SqliteExplainStore(database),
        audit: new SqliteAuditStore(database),
        sweep: new SqliteSweepStore(database),
        counts: new SqliteQueueCountStore(database),
        recoveries: new SqliteRecoveryStore(database),
        backlog: new SqliteBacklogStore(database),
        statistics: new SqliteStatisticStore(database),
        retention: new SqliteRetentionStore(database),
        purge: new SqlitePurgeStore(database),
        workCheck: undefined,
        carrier: undefined,
      };
  }
}
