import type { Carrier, ListenOptions, Notification, Subscription } from '../ports/carrier.js';
import type { PostgresDatabase } from './postgres-database.js';

/** Commits without a flush to disk, because a notification is only a hint. */
const NOTIFY = `
  SELECT set_config('synchronous_commit', 'off', true), pg_notify(channel, payload)
  FROM unnest($1::text[], $2::text[]) AS notification (channel, payload)`;

/**
 * Notifications by PostgreSQL's NOTIFY, each statement in a transaction of its own on the module's pool. In the host's
 * transactions, NOTIFY would make the commits of all transactions that emit wait for each other.
 */
export class PostgresCarrier implements Carrier {
  readonly name = 'PostgreSQL (LISTEN and NOTIFY)';

  readonly notifiesWithWorkCheck = true;

  constructor(private readonly database: PostgresDatabase) {}

  async send(notifications: readonly Notification[]): Promise<void> {
    await this.database.query('tillhook_notify', NOTIFY, [
      notifications.map(({ channel }) => channel),
      notifications.map(({ payload }) => payload),
    ]);
  }

  listen({ channels, onNotification, onEnd }: ListenOptions): Promise<Subscription> {
    return this.database.listen({
      channels,
      onNotification: (channel, payload) => onNotification({ channel, payload }),
      onEnd,
    });
  }

  /** Closes nothing: the pool belongs to `PostgresDatabase`. */
  async close(): Promise<void> {}
}
