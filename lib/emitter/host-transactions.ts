import { inspect } from 'node:util';
import type { EntityManager } from 'typeorm';
import {
  InvalidEmitOptionError,
  TransactionNotOpenError,
  TransactionRequiredError,
} from '../errors/emit.errors.js';
import type { HostDataSource } from '../persistence/connection/host-data-source.js';
import { isHostTransaction, type HostTransaction } from '../persistence/ports/host-transaction.js';
import { ManagerGuard } from './manager-guard.js';
import { TypeOrmTransactions } from './typeorm-transactions.js';

/** The members of `emit`'s options that pass a transaction. */
interface Given {
  readonly manager?: EntityManager | undefined;
  readonly transaction?: HostTransaction | undefined;
}

/** Finds the transaction in the options of `emit`, and rejects one in which an emit would not be atomic. */
export class HostTransactions {
  readonly #managers: ManagerGuard;
  readonly #typeOrm = new TypeOrmTransactions();
  readonly #isRequired: boolean;

  /**
   * @param hostDataSource as for `ManagerGuard`
   * @param options.directUrl as for `ManagerGuard`
   * @param options.isRequired whether an emit without a transaction is rejected
   */
  constructor(
    hostDataSource: HostDataSource,
    { directUrl, isRequired }: { directUrl: string | undefined; isRequired: boolean },
  ) {
    this.#managers = new ManagerGuard(hostDataSource, directUrl);
    this.#isRequired = isRequired;
  }

  /**
   * @returns undefined if the events are committed on the module's own connection
   * @throws {InvalidEmitOptionError} {TransactionRequiredError} {TransactionNotOpenError} {ManagerNotInTransactionError}
   *   {ForeignManagerError}
   */
  of({ manager, transaction }: Given): HostTransaction | undefined {
    if (transaction !== undefined) {
      if (manager !== undefined)
        throw new InvalidEmitOptionError(
          'transaction',
          'was passed together with "manager": pass one of them.',
        );
      return opened(transaction);
    }
    if (manager !== undefined) {
      this.#managers.check(manager);
      return this.#typeOrm.of(manager);
    }
    if (this.#isRequired) throw new TransactionRequiredError();
    return undefined;
  }

  /** @throws {InvalidEmitOptionError} {TransactionNotOpenError} */
  synchronous({ manager, transaction }: Given): HostTransaction {
    if (manager !== undefined)
      throw new InvalidEmitOptionError('manager', 'is asynchronous: await emit instead of emitSync.');
    const given = opened(transaction);
    if (given.runSync) return given;
    throw new InvalidEmitOptionError(
      'transaction',
      `is an asynchronous transaction of ${given.kind}: await emit instead of emitSync.`,
    );
  }
}

function opened(transaction: unknown): HostTransaction {
  if (!isHostTransaction(transaction)) {
    throw new InvalidEmitOptionError(
      'transaction',
      `is ${inspect(transaction, { depth: -1 })}: pass the result of the adapter of your library, such as fromKnex(trx) of nestjs-tillhook/knex.`,
    );
  }
  if (transaction.isOpen() === false) throw new TransactionNotOpenError(transaction.kind);
  return transaction;
}
