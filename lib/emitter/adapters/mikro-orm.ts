import type { HostRow, HostTransaction } from '../../persistence/ports/host-transaction.js';
import { assertTransaction, hasMethods, withQuestionMarks } from './adapter.js';

/** The part of a `SqlEntityManager` of MikroORM that the adapter uses. */
export interface MikroOrmManagerLike {
  isInTransaction(): boolean;
  getTransactionContext(): unknown;
  execute(sql: string, parameters: unknown[], method: 'all'): Promise<unknown>;
}

/** The events of MikroORM that the adapter listens to. */
interface Events {
  registerSubscriber(subscriber: object): void;
}

/** The transaction of MikroORM 6 is a Knex transaction, which knows whether it has ended. */
interface Completable {
  isCompleted?(): boolean;
}

/** Callbacks to run after the commit of a transaction. The key is the outermost transaction, which is the one that commits. */
const callbacks = new WeakMap<object, Set<() => void>>();
const subscribed = new WeakSet<Events>();
const subscriber = {
  getSubscribedEntities: () => [],
  /** Not called for savepoints. */
  afterTransactionCommit: ({ transaction }: { transaction?: unknown }) => {
    const due = callbacks.get(transaction as object);
    callbacks.delete(transaction as object);
    for (const callback of due ?? []) callback();
  },
};

/**
 * The transaction of an entity manager of MikroORM (its SQL drivers).
 *
 * @param em the argument of the callback of `em.transactional()`, or a manager after `em.begin()`
 * @throws {TransactionNotOpenError} for a manager without an open transaction
 */
export function fromMikroOrm(em: MikroOrmManagerLike): HostTransaction {
  const isManager = hasMethods(em, 'isInTransaction', 'getTransactionContext', 'execute');
  const expected = 'the manager that em.transactional() hands over';
  assertTransaction('MikroORM', isManager && em.isInTransaction(), expected);
  const context = em.getTransactionContext() as object & Completable;
  return {
    kind: 'MikroORM',
    subject: context,
    // A manager that is kept after its transaction has ended still refers to that transaction.
    isOpen: () => em.getTransactionContext() === context && context.isCompleted?.() !== true,
    run: async (sql, parameters) => ({
      rows: (await em.execute(withQuestionMarks(sql), [...parameters], 'all')) as HostRow[],
    }),
    afterCommit: (callback) => {
      const events = (em as unknown as { getEventManager(): Events }).getEventManager();
      if (!subscribed.has(events)) events.registerSubscriber(subscriber);
      subscribed.add(events);
      const outermost = outermostOf(context);
      const due = callbacks.get(outermost);
      if (due) due.add(callback);
      else callbacks.set(outermost, new Set([callback]));
    },
  };
}

/** A savepoint refers to its outer transaction under a symbol. */
function outermostOf(context: object): object {
  const symbol = Object.getOwnPropertySymbols(context).find(
    ({ description }) => description === 'parentTransaction',
  );
  return symbol ? outermostOf((context as Record<symbol, object>)[symbol]!) : context;
}
