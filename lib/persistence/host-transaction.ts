/** One row of a result, by column name. */
export type HostRow = Readonly<Record<string, unknown>>;

/** What a statement gave in a transaction of the host. */
export interface HostResult {
  readonly rows: readonly HostRow[];
  /** Rows written, where the library counts them. */
  readonly affected?: number;
}

/**
 * An open transaction of the host, whichever library began it: the port through which `emit` writes into it. The adapters
 * `nestjs-tillhook/pg`, `nestjs-tillhook/knex`, … make it (`fromPg(client)`, `fromKnex(trx)`, …).
 */
export interface HostTransaction {
  /** The library, as messages name it: `Knex`. */
  readonly kind: string;

  /** The library's own object. What the module finds out about the transaction is remembered for this object. */
  readonly subject: object;

  /**
   * True: `subject` lives longer than one transaction, as a client of `pg` does, so a new transaction on it is nothing unusual.
   * Default: a transaction that has ended stays ended.
   */
  readonly outlivesTransaction?: boolean;

  /**
   * True: the emitter has checked that the transaction is open and that it leads to the module's database. Default: the module
   * asks the database.
   */
  readonly isVerified?: boolean;

  /** Whether the library says that a transaction is open. Undefined: it does not know, and the database is asked. */
  isOpen(): boolean | undefined;

  /**
   * Runs one statement in the transaction.
   *
   * @param sql with `$1`, `$2`, … on PostgreSQL and `?` on SQLite, each parameter once and in order
   * @param parameters texts, numbers, null, and (only if `isVerified`) arrays of them
   */
  run(sql: string, parameters: readonly unknown[]): Promise<HostResult>;

  /** As `run`, for libraries whose transactions are synchronous. Where it exists, the module uses nothing else. */
  runSync?(sql: string, parameters: readonly unknown[]): HostResult;

  /** Calls back once after the outermost transaction has committed. Undefined: the library has no hook. */
  afterCommit?(callback: () => void): void;
}

/** Whether a value has the shape of a `HostTransaction`. By shape, so that both builds of the package in one process agree. */
export function isHostTransaction(value: unknown): value is HostTransaction {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, subject, isOpen, run } = value as Partial<HostTransaction>;
  return (
    typeof kind === 'string' &&
    (typeof subject === 'object' || typeof subject === 'function') &&
    typeof isOpen === 'function' &&
    typeof run === 'function'
  );
}
