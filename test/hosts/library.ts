import type { HostTransaction } from 'nestjs-tillhook';
import type { DatabaseKind, TestDatabase } from '../support/test-database.js';

/** A transaction that a library has begun. */
export interface OpenTransaction {
  /** The transaction as the adapter passes it to the module. Each call adapts it again. */
  adapted(): HostTransaction;
  /** Runs a statement of the host's own in it. */
  execute(sql: string): Promise<unknown>;
  /** Runs `work` in a savepoint, which is rolled back if it throws. */
  nested(work: (transaction: OpenTransaction) => Promise<void>): Promise<void>;
}

/** A host's connection through one library. */
export interface Connection {
  /** Commits if `work` resolves, and rolls back if it throws. */
  transaction(work: (transaction: OpenTransaction) => Promise<void>): Promise<void>;
  /** A client that is in no transaction, passed through the adapter as if it were in one. */
  plain(): HostTransaction;
  close(): Promise<void>;
}

/** How the tests use one library. */
export interface Library {
  readonly name: string;
  readonly databases: readonly DatabaseKind[];
  /** Whether the library reports commits. */
  readonly hasHook: boolean;

  connect(database: TestDatabase): Promise<Connection>;
}
