import type { EventStore } from './event-store.js';
import type { FanoutStore } from './fanout-store.js';
import type { LaneStore } from './lane-store.js';
import type { AnyDatabase } from './open-database.js';
import { PostgresEventStore } from './postgres/postgres-event-store.js';
import { PostgresFanoutStore } from './postgres/postgres-fanout-store.js';
import { PostgresLaneStore } from './postgres/postgres-lane-store.js';
import { PostgresRecordStore } from './postgres/postgres-record-store.js';
import { PostgresSweepStore } from './postgres/postgres-sweep-store.js';
import type { RecordStore } from './record-store.js';
import { SqliteEventStore } from './sqlite/sqlite-event-store.js';
import { SqliteFanoutStore } from './sqlite/sqlite-fanout-store.js';
import { SqliteLaneStore } from './sqlite/sqlite-lane-store.js';
import { SqliteRecordStore } from './sqlite/sqlite-record-store.js';
import { SqliteSweepStore } from './sqlite/sqlite-sweep-store.js';
import type { SweepStore } from './sweep-store.js';

/** The statement families of the hot path, and of the net below it. A dialect is one implementation of each. */
export interface Stores {
  readonly events: EventStore;
  readonly fanout: FanoutStore;
  readonly lanes: LaneStore;
  readonly records: RecordStore;
  readonly sweep: SweepStore;
}

/** The dialect seam: the one place that knows which implementation a database gets. */
export function storesFor(database: AnyDatabase, environment?: string): Stores {
  switch (database.kind) {
    case 'postgres':
      return {
        events: new PostgresEventStore(database),
        fanout: new PostgresFanoutStore(database),
        lanes: new PostgresLaneStore(database, environment),
        records: new PostgresRecordStore(database),
        sweep: new PostgresSweepStore(database),
      };
    case 'sqlite':
      return {
        events: new SqliteEventStore(database),
        fanout: new SqliteFanoutStore(database),
        lanes: new SqliteLaneStore(database, environment),
        records: new SqliteRecordStore(database),
        sweep: new SqliteSweepStore(database),
      };
  }
}

/** Injection token of the `Stores`. */
export const STORES = 'nestjs-tillhook:Stores';
