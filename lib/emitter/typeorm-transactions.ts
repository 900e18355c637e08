import type { EntityManager, EntitySubscriberInterface, QueryRunner } from 'typeorm';
import type { HostRow, HostTransaction } from '../persistence/host-transaction.js';

/** Makes transactions of TypeORM usable for `emit`, and reports their commits. */
export class TypeOrmTransactions {
  /** What to call after the transaction of a query runner has committed. */
  readonly #callbacks = new WeakMap<QueryRunner, Set<() => void>>();
  readonly #subscriber: EntitySubscriberInterface = {
    afterTransactionCommit: ({ queryRunner }) => {
      // Fires for a released savepoint too; then the transaction is still open.
      if (queryRunner.isTransactionActive) return;
      const callbacks = this.#callbacks.get(queryRunner);
      this.#callbacks.delete(queryRunner);
      for (const callback of callbacks ?? []) callback();
    },
    afterTransactionRollback: ({ queryRunner }) => {
      if (!queryRunner.isTransactionActive) this.#callbacks.delete(queryRunner);
    },
  };

  /** @param manager one that `ManagerGuard` has checked */
  of(manager: EntityManager): HostTransaction {
    const queryRunner = manager.queryRunner!;
    return {
      kind: 'TypeORM',
      subject: queryRunner,
      outlivesTransaction: true,
      isVerified: true,
      isOpen: () => queryRunner.isTransactionActive,
      run: async (sql, parameters) => {
        // The structured result carries the count of rows.
        const { records, affected } = await queryRunner.query(sql, [...parameters], true);
        return { rows: records as HostRow[], ...(affected !== undefined && { affected }) };
      },
      afterCommit: (callback) => this.#afterCommit(queryRunner, callback),
    };
  }

  #afterCommit(queryRunner: QueryRunner, callback: () => void): void {
    // `connection` is there in TypeORM 0.3 and 1.x; its new name `dataSource` only in 1.x.
    const { subscribers } = queryRunner.connection;
    // Asked each time: a data source that is initialized again has a new list.
    if (!subscribers.includes(this.#subscriber)) subscribers.push(this.#subscriber);
    const callbacks = this.#callbacks.get(queryRunner);
    if (callbacks) callbacks.add(callback);
    else this.#callbacks.set(queryRunner, new Set([callback]));
  }
}
