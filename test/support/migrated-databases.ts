import { copyFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { createPostgresCopy, createPostgresDatabase, renamePostgresDatabase } from './postgres.js';
import { createSqliteDatabase, fileOf } from './sqlite.js';
import type { TestDatabase } from './test-database.js';

/**
 * Migrated databases as copies of a template. The first test file of a run that needs a template makes it, so it always has the
 * migrations of the present sources. Two files may make it at the same time: one of the two is used.
 */

/** The folder of this run of `npm test`; undefined with TEST_POSTGRES_URL: no template may be left on that server. */
const { TEST_RUN_FOLDER: runFolder, TEST_SQLITE_FOLDER: sqliteFolder = runFolder } = process.env;
const POSTGRES_TEMPLATE = 'tillhook_template';
/** Error codes of PostgreSQL. */
const [DATABASE_MISSING, DATABASE_EXISTS] = ['3D000', '42P04'];

/** Creates a PostgreSQL database with the tables of the module. The caller drops it. */
export async function createMigratedPostgresDatabase(): Promise<TestDatabase> {
  if (runFolder === undefined) return migrated(await createPostgresDatabase());
  const copy = (): Promise<TestDatabase> => createPostgresCopy(POSTGRES_TEMPLATE);
  return copy().catch(async (error: unknown) => {
    if (codeOf(error) !== DATABASE_MISSING) throw error;
    await makePostgresTemplate();
    return copy();
  });
}

/** Creates a SQLite file with the tables of the module. The caller drops it. */
export async function createMigratedSqliteDatabase(): Promise<TestDatabase> {
  const database = await createSqliteDatabase();
  if (sqliteFolder === undefined) return migrated(database);
  const template = path.join(sqliteFolder, 'template.sqlite');
  const copy = (): Promise<void> => copyFile(template, fileOf(database));
  await copy().catch(async (error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    const original = await migrated(await createSqliteDatabase());
    await rename(fileOf(original), template);
    await original.drop();
    await copy();
  });
  return database;
}

async function makePostgresTemplate(): Promise<void> {
  const original = await migrated(await createPostgresDatabase());
  try {
    await renamePostgresDatabase(original, POSTGRES_TEMPLATE);
  } catch (error) {
    if (codeOf(error) !== DATABASE_EXISTS) throw error;
    await original.drop();
  }
}

/** Imports the module only here: most test files copy the template and need no migrations. */
async function migrated(database: TestDatabase): Promise<TestDatabase> {
  const { runWebhookMigrations } = await import('nestjs-tillhook');
  await runWebhookMigrations({ url: database.url });
  return database;
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
