import type { Carrier, ListenOptions, Notification, Subscription } from '../persistence/ports/carrier.js';

/**
 * The part of a client of the `redis` package (5 or later) that the module uses. The module only duplicates your client: it
 * connects clients of its own with the same settings, one that publishes and, in a process with a worker, one that listens.
 */
export interface RedisClient {
  duplicate(overrides?: object): RedisConnection;
}

/** A connection that a duplicated client makes. */
export interface RedisConnection {
  on(event: 'error' | 'end', listener: (...args: unknown[]) => void): unknown;
  connect(): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(channels: string[], listener: (message: string, channel: string) => void): Promise<unknown>;
  /** Ends the connection at once. */
  destroy(): void;
}

/** The module itself decides when to connect again. */
const NO_RECONNECT = { socket: { reconnectStrategy: false } } as const;

/** Notifications by Redis pub/sub, with one connection that publishes and one that listens. */
export class RedisCarrier implements Carrier {
  readonly name = 'Redis (pub/sub)';
  readonly notifiesWithWorkCheck = false;
  #publisher: Promise<RedisConnection> | undefined;

  constructor(private readonly client: RedisClient) {}

  async send(notifications: readonly Notification[]): Promise<void> {
    const publisher = await (this.#publisher ??= this.#connect(() => (this.#publisher = undefined)));
    await Promise.all(notifications.map(({ channel, payload }) => publisher.publish(channel, payload)));
  }

  async listen({ channels, onNotification, onEnd }: ListenOptions): Promise<Subscription> {
    let isOpen = false;
    const connection = await this.#connect(() => {
      if (!isOpen) return;
      isOpen = false;
      onEnd();
    });
    try {
      await connection.subscribe([...channels], (payload, channel) => onNotification({ channel, payload }));
    } catch (error) {
      destroy(connection);
      throw error;
    }
    isOpen = true;
    return {
      close: () => {
        isOpen = false;
        destroy(connection);
        return Promise.resolve();
      },
    };
  }

  async close(): Promise<void> {
    const publisher = await this.#publisher?.catch(() => undefined);
    if (publisher) destroy(publisher);
  }

  /** @param onEnd called if the connection could not be opened, or when it has ended */
  async #connect(onEnd: () => void): Promise<RedisConnection> {
    const connection = this.client.duplicate(NO_RECONNECT);
    // Without a listener an error would end the process.
    connection.on('error', onEnd);
    connection.on('end', onEnd);
    try {
      await connection.connect();
      return connection;
    } catch (error) {
      onEnd();
      destroy(connection);
      throw error;
    }
  }
}

function destroy(connection: RedisConnection): void {
  try {
    connection.destroy();
  } catch {
    // The connection is closed already.
  }
}
