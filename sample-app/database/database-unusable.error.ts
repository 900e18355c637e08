import { type DatabaseTarget, describeDatabase } from '../config/database-target.js';

/** The database cannot be reached or used. `cause` is the driver's error. */
export class DatabaseUnusableError extends Error {
  constructor(
    target: DatabaseTarget,
    override readonly cause: unknown,
  ) {
    super(`DATABASE_URL names ${describeDatabase(target)}, which cannot be used: ${reasonOf(cause)}.`);
    this.name = 'DatabaseUnusableError';
  }
}

function reasonOf(cause: unknown): string {
  // If no address of a name accepts a connection, Node throws an AggregateError without a message of its own.
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}
