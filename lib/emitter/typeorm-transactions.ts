import type { EntityManager, EntitySubscriberInterface, QueryRunner } from 'typeorm';
import type { HostRow, HostTransaction } from '../persistence/ports/host-transaction.js';

/** Makes transactions of TypeORM usable for `emit`, and reports their commits. */
export class TypeOrmTransactions {
  /** Callbacks to run after the transaction of a query runner has committed. */
  readonly #callbacks = new WeakMap<QueryRunner, Set<() => void>>();
  readonly #subscriber: EntitySubscriberInterface = {
    afterTransactionCommit: ({ queryRunner }) => {
      // This event also fires when a savepoint is released. Then the transaction is still open.
      if (queryRunner.isTransactionActive) return;
      const callbacks = this.#callbacks.get(queryRunner);
      this.#callbacks.delete(queryRunner);
      for (const callback of callbacks ?? []) callback();
    },
    afterTransactionRollback: ({ queryRunner }) => {
      if (!queryRunner.isTransactionActive) this.#callbacks.delete(queryRunner);
    },
  };

  /** @param manager a manager that `ManagerGuard` has checked */
  of(manager: EntityManager): HostTransaction {
    const queryRunner = manager.queryRunner!;
    return {
      kind: 'TypeORM',
      subject: queryRunner,
      outlivesTransaction: true,
      isVerified: true,
      isOpen: () => queryRunner.isTransactionActive,
      run: async (sql, parameters) => {
        // The structured result includes the number of rows.
        const { records, affected } = await queryRunner.query(sql, [...parameters], true);
        return { rows: records as HostRow[], ...(affected !== undefined && { affected }) };
      },
      afterCommit: (callback) => this.#afterCommit(queryRunner, callback),
    };
  }

  #afterCommit(queryRunner: QueryRunner, callback: () => void): void {
    // TypeORM 0.3 and 1.x both have `connection`; the new name `dataSource` exists only in 1.x.
    const { subscribers } = queryRunner.connection;
    // Checked each time: a data source that is initialized again has a new list.
    if (!subscribers.includes(this.#subscriber)) subscribers.push(this.#subscriber);
    const callbacks = this.#callbacks.get(queryRunner);
    if (callbacks) callbacks.add(callback);
    else this.#callbacks.set(queryRunner, new Set([callback]));
  }
}
