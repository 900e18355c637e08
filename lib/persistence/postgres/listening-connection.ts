import type { Client, Pool } from 'pg';
import { mayProcessEnd } from '../../timing/process-hold.js';

/** Time limit for an orderly end of the connection. */
const END_LIMIT_MS = 500;

export interface ListeningConnectionOptions {
  /** Names of channels: letters, digits and underscores, at most 63. */
  readonly channels: readonly string[];
  readonly onNotification: (channel: string, payload: string) => void;
  /** Called if the connection ends by itself after it was open. Not called after `close()`. */
  readonly onEnd: () => void;
}

/**
 * A connection outside the pool that listens to channels of PostgreSQL while it is open.
 *
 * It is outside the pool, because it would otherwise permanently occupy one of the pool's connections, and because the pool
 * closes idle ones.
 */
export class ListeningConnection {
  #isClosed = false;

  private constructor(
    private readonly client: Client,
    { onNotification, onEnd }: ListeningConnectionOptions,
  ) {
    client.on('notification', ({ channel, payload }) => onNotification(channel, payload ?? ''));
    const ended = (): void => {
      if (this.#isClosed) return;
      void this.close();
      onEnd();
    };
    // Without a listener, an error would end the process.
    client.on('error', ended);
    client.on('end', ended);
  }

  /** @throws the driver's error if the database cannot be reached or rejects the connection */
  static async open(pool: Pool, options: ListeningConnectionOptions): Promise<ListeningConnection> {
    const { Client: ClientClass } = pool as unknown as { Client: new (options: object) => Client };
    const client = new ClientClass(pool.options);
    let isOpen = false;
    const connection = new ListeningConnection(client, {
      ...options,
      onEnd: () => {
        if (isOpen) options.onEnd();
      },
    });
    try {
      await client.connect();
      await client.query(options.channels.map((channel) => `LISTEN ${channel}`).join('; '));
      isOpen = true;
      if (mayProcessEnd()) (client as unknown as { unref(): void }).unref();
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Ends the connection. Never throws. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { stream } = (this.client as unknown as { connection: { stream: { destroy(): void } } }).connection;
    // A half-open connection does not end by itself.
    const limit = setTimeout(() => stream.destroy(), END_LIMIT_MS);
    await this.client.end().catch(() => undefined);
    clearTimeout(limit);
  }
}
