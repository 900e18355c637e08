/** A cluster of its own, in a temporary folder. */
export interface PostgresCluster {
  readonly url: string;
  readonly version: string;
  /** Ends it at once, as if it had been killed. */
  crash(): Promise<void>;
  /** Starts it again after a crash: same port, same data. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Faster and no less correct as long as the machine does not lose power: for tests, never for a measurement. */
export const NOT_DURABLE: Readonly<Record<string, string>>;

/** Starts a PostgreSQL cluster on a free port of the loopback interface. */
export function startPostgres(settings?: Readonly<Record<string, string | number>>): Promise<PostgresCluster>;
