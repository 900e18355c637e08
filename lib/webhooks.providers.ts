import type { Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { DeliverySwitch } from './delivery/delivery-switch.js';
import { WORKER_STATUS } from './delivery/worker-status.js';
import { EgressClient } from './egress/egress-client.js';
import { WebhookEmitter } from './emitter/webhook-emitter.js';
import { DataSourceMissingError } from './errors/start-up.errors.js';
import { ClockWatch } from './operations/clock-watch.js';
import { EncryptionKeyRotation } from './operations/encryption/encryption-key-rotation.js';
import { createSecretBox } from './operations/encryption/create-secret-box.js';
import { EnvironmentGuard } from './operations/environment-guard.js';
import { GlobalStop } from './operations/global-stop/global-stop.js';
import { WebhooksHealth } from './operations/health/health.js';
import { WebhooksHealthIndicator } from './operations/health/health-indicator.js';
import { RefusalLog } from './operations/refusal-log.js';
import { NotificationHub } from './operations/notifications/notification-hub.js';
import { OverlapNotices } from './operations/notifications/overlap-notices.js';
import { WebhookNotifications } from './operations/notifications/webhook-notifications.js';
import { TelemetryGauges } from './operations/telemetry/telemetry-gauges.js';
import { StatisticsRollUp } from './operations/statistics/statistics-roll-up.js';
import { RetentionJob } from './operations/retention/retention-job.js';
import { RecoverySignal } from './operations/recovery/recovery-signal.js';
import { ShutdownHookWatch } from './operations/shutdown-hook-watch.js';
import { WebhooksLogger } from './operations/webhooks-logger.js';
import { CommitSignal, SignallingEventStore } from './emitter/commit-signal.js';
import { ObservedEventStore } from './emitter/observed-event-store.js';
import { connectDatabase } from './persistence/connection/connect-database.js';
import { DATABASE } from './persistence/ports/database.js';
import type { KeyProvider } from './secrets/encryption-keys.js';
import { EVENT_STORE } from './persistence/ports/event-store.js';
import { hostDataSourceOf, type HostDataSource } from './persistence/connection/host-data-source.js';
import type { AnyDatabase } from './persistence/connection/open-database.js';
import { closeOnFailure } from './persistence/connection/close-on-failure.js';
import { NotificationRepository } from './persistence/repositories/notification.repository.js';
import { SettingRepository } from './persistence/repositories/setting.repository.js';
import { assertSchemaIsCurrent, migrate } from './persistence/migrations/schema.js';
import { SECRET_BOX } from './secrets/secret-box.js';
import { STORES, type Stores } from './persistence/ports/stores.js';
import { storesFor } from './persistence/stores-for.js';
import { withTables } from './persistence/connection/with-tables.js';
import { openTelemetry } from './telemetry/open-telemetry.js';
import { TELEMETRY, type Telemetry } from './telemetry/telemetry.js';
import { channelsOf } from './wake-up/channels.js';
import { InProcessWakeUps } from './wake-up/in-process-wake-ups.js';
import { RedisCarrier } from './wake-up/redis-carrier.js';
import { SharedWakeUps } from './wake-up/shared-wake-ups.js';
import { WAKE_UPS, type WakeUps } from './wake-up/wake-ups.js';
import type { ResolvedWebhooksOptions } from './webhooks.resolved-options.js';
import {
  HOST_DATA_SOURCE,
  WEBHOOKS_INSTANCE_CHECK,
  WEBHOOKS_KEY_PROVIDER,
  WEBHOOKS_USES_SECRETS,
  WEBHOOKS_OPTIONS,
} from './webhooks.tokens.js';
import { WebhooksStartup } from './webhooks.startup.js';
import { WebhooksWorker } from './webhooks.worker.js';

/**
 * Provides the host's data source, or the database of `database.url` if the application has none.
 *
 * The data source is an optional dependency, because Nest's own error message would name an internal token and no remedy.
 * However, Nest also injects undefined if an optional provider throws, such as a data source that cannot connect. So the factory
 * asks the container whether the data source exists, and throws if it exists but was not injected: the module would otherwise
 * create its tables in the database of `database.url`, if that is set as well, although the application does not start.
 *
 * @param name the option `dataSource`
 */
export const hostDataSource = (name: string | undefined): Provider => {
  const token = getDataSourceToken(name);
  return {
    provide: HOST_DATA_SOURCE,
    useFactory: (
      { database }: ResolvedWebhooksOptions,
      modules: ModulesContainer,
      dataSource?: DataSource,
    ) => {
      const isProvided = [...modules.values()].some(({ providers }) => providers.has(token));
      if (!dataSource && isProvided) throw new DataSourceMissingError(name, { isProvided });
      return hostDataSourceOf(dataSource, database, name);
    },
    inject: [WEBHOOKS_OPTIONS, ModulesContainer, { token, optional: true }],
  };
};

/** A step of the start-up. With `runMigrations` it is repeated if another replica drops the tables meanwhile. */
const onTables = <T>(
  database: AnyDatabase,
  { runMigrations }: ResolvedWebhooksOptions,
  step: () => Promise<T>,
): Promise<T> => (runMigrations ? withTables(database, step) : step());

/** The providers of every instance of the module, with or without the admin API. */
export const coreProviders: Provider[] = [
  {
    provide: DATABASE,
    useFactory: async (host: HostDataSource, options: ResolvedWebhooksOptions): Promise<AnyDatabase> => {
      const database = await connectDatabase(host, options.poolSize, options.database.url);
      await closeOnFailure<unknown>(
        database,
        options.runMigrations
          ? withTables(database, () => migrate(database))
          : assertSchemaIsCurrent(database),
      );
      return database;
    },
    // The check of the instances comes first, so that an application that does not start leaves no connection open.
    inject: [HOST_DATA_SOURCE, WEBHOOKS_OPTIONS, WEBHOOKS_INSTANCE_CHECK],
  },
  {
    provide: STORES,
    useFactory: (database: AnyDatabase, { environment }: ResolvedWebhooksOptions) =>
      storesFor(database, environment),
    inject: [DATABASE, WEBHOOKS_OPTIONS],
  },
  {
    provide: WAKE_UPS,
    useFactory: (
      database: AnyDatabase,
      { workCheck, carrier }: Stores,
      { environment, wakeUps: { redis } }: ResolvedWebhooksOptions,
    ): WakeUps => {
      const chosen = workCheck && (redis ? new RedisCarrier(redis) : carrier);
      if (!workCheck || !chosen) return new InProcessWakeUps();
      const logger = new WebhooksLogger();
      return new SharedWakeUps(chosen, channelsOf(database.scope, environment), {
        store: workCheck,
        warn: (message) => logger.warn(message),
      });
    },
    inject: [DATABASE, STORES, WEBHOOKS_OPTIONS],
  },
  {
    provide: EVENT_STORE,
    useFactory: (stores: Stores, signal: CommitSignal, telemetry: Telemetry) =>
      new ObservedEventStore(new SignallingEventStore(stores.events, signal), telemetry),
    inject: [STORES, CommitSignal, TELEMETRY],
  },
  {
    provide: TELEMETRY,
    useFactory: (options: ResolvedWebhooksOptions) => {
      const logger = new WebhooksLogger();
      return openTelemetry(options.telemetry, (message) => logger.warn(message));
    },
    inject: [WEBHOOKS_OPTIONS],
  },
  {
    provide: SECRET_BOX,
    useFactory: (
      database: AnyDatabase,
      options: ResolvedWebhooksOptions,
      usesSecrets: boolean,
      keyProvider?: KeyProvider,
    ) =>
      closeOnFailure(
        database,
        onTables(database, options, () => createSecretBox(database, options, usesSecrets, keyProvider)),
      ),
    inject: [
      DATABASE,
      WEBHOOKS_OPTIONS,
      WEBHOOKS_USES_SECRETS,
      { token: WEBHOOKS_KEY_PROVIDER, optional: true },
    ],
  },
  {
    provide: EgressClient,
    useFactory: (options: ResolvedWebhooksOptions) => {
      const refusals = new RefusalLog();
      return new EgressClient({
        ...options.egress,
        connectionsPerOrigin: options.concurrency,
        onRefused: (refusal) => refusals.refused(refusal),
      });
    },
    inject: [WEBHOOKS_OPTIONS],
  },
  {
    provide: EnvironmentGuard,
    useFactory: (database: AnyDatabase, deliveries: DeliverySwitch, options: ResolvedWebhooksOptions) =>
      closeOnFailure(
        database,
        onTables(database, options, () =>
          EnvironmentGuard.open(new SettingRepository(database), deliveries, options),
        ),
      ),
    inject: [DATABASE, DeliverySwitch, WEBHOOKS_OPTIONS],
  },
  {
    provide: GlobalStop,
    useFactory: (database: AnyDatabase, deliveries: DeliverySwitch, options: ResolvedWebhooksOptions) =>
      closeOnFailure(
        database,
        onTables(database, options, () => GlobalStop.open(new SettingRepository(database), deliveries)),
      ),
    inject: [DATABASE, DeliverySwitch, WEBHOOKS_OPTIONS],
  },
  { provide: WORKER_STATUS, useExisting: WebhooksWorker },
  CommitSignal,
  RecoverySignal,
  DeliverySwitch,
  ClockWatch,
  WebhookEmitter,
  WebhooksWorker,
  RetentionJob,
  WebhooksHealth,
  WebhooksHealthIndicator,
  WebhooksStartup,
  ShutdownHookWatch,
  StatisticsRollUp,
  TelemetryGauges,
  EncryptionKeyRotation,
  NotificationHub,
  NotificationRepository,
  OverlapNotices,
  WebhookNotifications,
];
