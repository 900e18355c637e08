/** A cluster of its own, in a temporary folder. */
export interface PostgresCluster {
  readonly url: string;
  readonly version: string;
  /** Ends the server at once, as if it had been killed. */
  crash(): Promise<void>;
  /** Starts the server again after a crash, at the same port with the same data. */
  restart(): Promise<void>;
  /** Ends the server and removes its folders. */
  stop(): Promise<void>;
}

/** Settings for tests, never for a measurement: faster, and correct as long as the machine does not lose power. */
export const NOT_DURABLE: Readonly<Record<string, string>>;

/**
 * Starts a PostgreSQL cluster on a free port of the loopback interface.
 *
 * @param parent folder in which the cluster makes a folder for its data. Default: the system's folder for temporary files
 */
export function startPostgres(
  settings?: Readonly<Record<string, string | number>>,
  parent?: string,
): Promise<PostgresCluster>;
