/** One row of a result, by column name. */
export type HostRow = Readonly<Record<string, unknown>>;

/** The result of a statement in a transaction of the host. */
export interface HostResult {
  readonly rows: readonly HostRow[];
  /** Number of rows written, if the library reports it. */
  readonly affected?: number;
}

/**
 * An open transaction of the host, independent of the library that began it. `emit` writes through this interface. The adapters
 * `nestjs-tillhook/pg`, `nestjs-tillhook/knex`, … create it (`fromPg(client)`, `fromKnex(trx)`, …).
 */
export interface HostTransaction {
  /** The name of the library in messages: `Knex`. */
  readonly kind: string;

  /** The library's own object. The module remembers for this object whether it has checked the transaction. */
  readonly subject: object;

  /**
   * True: one `subject` may run several transactions, one after another, like a client of `pg`. Default: each transaction
   * has its own `subject`.
   */
  readonly outlivesTransaction?: boolean;

  /**
   * True: the emitter has checked that the transaction is open and leads to the module's database. Default: the module
   * checks the database by a query, and the transaction as described for `isOpen`.
   */
  readonly isVerified?: boolean;

  /**
   * Whether the library reports that a transaction is open. Undefined: it does not know. On PostgreSQL, the module's
   * statements check this anyway; on SQLite, the module then does not check it.
   */
  isOpen(): boolean | undefined;

  /**
   * Runs one statement in the transaction.
   *
   * @param sql with `$1`, `$2`, … on PostgreSQL and `?` on SQLite, each parameter once and in order
   * @param parameters texts, numbers, null, and (only if `isVerified`) arrays of them
   */
  run(sql: string, parameters: readonly unknown[]): Promise<HostResult>;

  /** Like `run`, for libraries whose transactions are synchronous. If it exists, the module uses only this method. */
  runSync?(sql: string, parameters: readonly unknown[]): HostResult;

  /** Calls back once after the outermost transaction has committed. Undefined: the library has no such hook. */
  afterCommit?(callback: () => void): void;
}

/**
 * Whether a value has the shape of a `HostTransaction`. The class is not compared, so that the ESM and CommonJS builds in
 * one process agree.
 */
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
