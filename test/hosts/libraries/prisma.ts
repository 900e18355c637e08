import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { PrismaPg } from '@prisma/adapter-pg';
import { fromPrisma } from 'nestjs-tillhook/prisma';
import type { TestDatabase } from '../../support/test-database.js';
import { PrismaClient as PostgresClient } from '../generated/postgresql/client.js';
import { PrismaClient as SqliteClient } from '../generated/sqlite/client.js';
import type { Library, OpenTransaction } from '../library.js';

type Client = InstanceType<typeof PostgresClient>;
type Tx = Parameters<Parameters<Client['$transaction']>[0]>[0];

const transactionOf = (tx: Tx, depth = 0): OpenTransaction => ({
  adapted: () => fromPrisma(tx),
  execute: (sql) => tx.$executeRawUnsafe(sql),
  async nested(work) {
    const name = `sp${depth}`;
    await tx.$executeRawUnsafe(`SAVEPOINT ${name}`);
    try {
      await work(transactionOf(tx, depth + 1));
    } catch (error) {
      await tx.$executeRawUnsafe(`ROLLBACK TO SAVEPOINT ${name}`);
      throw error;
    }
  },
});

const open = ({ kind, url, options }: TestDatabase): Client =>
  kind === 'postgres'
    ? new PostgresClient({ adapter: new PrismaPg({ connectionString: url, max: 2 }) })
    : (new SqliteClient({
        adapter: new PrismaBetterSqlite3({ url: `file:${(options as { database: string }).database}` }),
      }) as unknown as Client);

export const prismaLibrary: Library = {
  name: 'Prisma',
  databases: ['postgres', 'sqlite'],
  hasHook: false,
  connect(database) {
    const prisma = open(database);
    return Promise.resolve({
      transaction: (work) => prisma.$transaction((tx) => work(transactionOf(tx))),
      plain: () => fromPrisma(prisma),
      close: () => prisma.$disconnect(),
    });
  },
};
