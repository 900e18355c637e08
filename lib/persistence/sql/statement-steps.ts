import type { Statement } from '../ports/database.js';
import type { HostRow, HostTransaction } from '../ports/host-transaction.js';

/**
 * A task that takes several statements, written once for asynchronous and synchronous transactions: it yields a statement
 * and receives its rows.
 */
export type StatementSteps<Result> = Generator<Statement, Result, readonly HostRow[]>;

/** Runs the statements one after another in a transaction of the host. */
export async function runSteps<Result>(
  steps: StatementSteps<Result>,
  transaction: HostTransaction,
): Promise<Result> {
  let step = steps.next();
  while (!step.done) {
    const { sql, parameters } = step.value;
    step = steps.next((await transaction.run(sql, parameters)).rows);
  }
  return step.value;
}

/** Like `runSteps`, but without yielding to the event loop. The transaction must have `runSync`. */
export function runStepsSync<Result>(steps: StatementSteps<Result>, transaction: HostTransaction): Result {
  let step = steps.next();
  while (!step.done) {
    const { sql, parameters } = step.value;
    step = steps.next(transaction.runSync!(sql, parameters).rows);
  }
  return step.value;
}
