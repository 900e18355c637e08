import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestDatabase } from './test-database.js';

/** Creates an empty database on the cluster that `npm test` started (or TEST_POSTGRES_URL names). */
export function createPostgresDatabase(): Promise<TestDatabase> {
  return create('');
}

/** Creates a copy of the database of this name. Nobody may be connected to it. */
export function createPostgresCopy(name: string): Promise<TestDatabase> {
  return create(`TEMPLATE ${name}`);
}

/** Nobody may be connected to the database. */
export function renamePostgresDatabase(database: TestDatabase, name: string): Promise<void> {
  return onCluster(`ALTER DATABASE ${nameOf(database)} RENAME TO ${name}`);
}

/** The name of a PostgreSQL database. */
export const nameOf = ({ url }: TestDatabase): string => new URL(url).pathname.slice(1);

async function create(source: string): Promise<TestDatabase> {
  const name = `tillhook_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await onCluster(`CREATE DATABASE ${name} ${source}`);
  const url = new URL(clusterUrl());
  url.pathname = `/${name}`;
  return {
    kind: 'postgres',
    options: { type: 'postgres', url: url.href },
    url: url.href,
    // FORCE is not used: PostgreSQL waits five seconds for the last connection to end, and then a leaked one is an error.
    drop: () => onCluster(`DROP DATABASE ${name}`),
  };
}

async function onCluster(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: clusterUrl() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function clusterUrl(): string {
  const url = process.env.TEST_POSTGRES_URL;
  if (url) return url;
  throw new Error(
    'TEST_POSTGRES_URL is not set: start the tests with `npm test -- <files>`, which brings a PostgreSQL of its own.',
  );
}
