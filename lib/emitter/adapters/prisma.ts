import type { HostRow, HostTransaction } from '../../persistence/ports/host-transaction.js';
import { assertTransaction, hasMethods, whileOpen } from './adapter.js';

/** The part of Prisma's interactive transaction client that the adapter uses. */
export interface PrismaTransactionLike {
  $queryRawUnsafe(sql: string, ...parameters: unknown[]): PromiseLike<unknown>;
}

/**
 * An interactive transaction of Prisma.
 *
 * @param tx the argument of the callback of `prisma.$transaction(async (tx) => …)`
 * @throws {TransactionNotOpenError} for a plain `PrismaClient`
 */
export function fromPrisma(tx: PrismaTransactionLike): HostTransaction {
  // The client of a transaction lacks some methods of a PrismaClient, and `$connect` is one of these.
  const isTransaction = hasMethods(tx, '$queryRawUnsafe') && !hasMethods(tx, '$connect');
  assertTransaction('Prisma', isTransaction, 'the tx that prisma.$transaction(async (tx) => …) hands over');
  return {
    kind: 'Prisma',
    subject: tx,
    isOpen: () => undefined,
    run: async (sql, parameters) => {
      const run = () => tx.$queryRawUnsafe(sql, ...parameters).then(undefined, rethrowDriverError);
      return { rows: (await whileOpen('Prisma', run, ({ code }) => code === 'P2028')) as HostRow[] };
    },
  };
}

/** Prisma wraps the database's error code deep inside its own error. The code decides which error the module throws. */
function rethrowDriverError(error: unknown): never {
  const { meta } = (error ?? {}) as { meta?: { driverAdapterError?: { cause?: object }; code?: unknown } };
  const { originalCode, originalMessage } = (meta?.driverAdapterError?.cause ?? {}) as {
    originalCode?: unknown;
    originalMessage?: string;
  };
  const code = originalCode ?? meta?.code;
  if (code === undefined) throw error;
  const { message } = error as Error;
  throw Object.assign(
    new Error(typeof originalMessage === 'string' ? originalMessage : message, { cause: error }),
    { code },
  );
}
