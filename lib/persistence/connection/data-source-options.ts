import { EventEntity } from '../entities/event.entity.js';
import { HttpTransportEntity } from '../entities/http-transport.entity.js';
import { WebhookEntity } from '../entities/webhook.entity.js';
import { migrations } from '../migrations/migrations.js';

/** Table that lists the migrations that were run. */
export const MIGRATIONS_TABLE = 'webhook_migration';

/**
 * Options that the module's own data source has on every database. The host's options decide where to connect; the module
 * decides everything else (entities, migrations, pool). The host's naming strategy, `synchronize` and subscribers therefore
 * never affect the module's tables.
 */
export const OWN_OPTIONS = {
  name: 'nestjs-tillhook',
  entities: [HttpTransportEntity, WebhookEntity, EventEntity],
  migrations,
  migrationsTableName: MIGRATIONS_TABLE,
  migrationsTransactionMode: 'each' as const,
  subscribers: [],
  namingStrategy: undefined,
  entityPrefix: undefined,
  synchronize: false,
  migrationsRun: false,
  dropSchema: false,
  cache: false,
  logging: false as const,
  isolationLevel: undefined,
};
