import { copyFile } from 'node:fs/promises';
import { createPostgresCopy, nameOf } from './postgres.js';
import { createSqliteDatabase, fileOf } from './sqlite.js';
import type { TestDatabase } from './test-database.js';

/** A copy of a database that nobody is connected to, as a restored dump is. The caller drops it. */
export async function copiedDatabase(original: TestDatabase): Promise<TestDatabase> {
  if (original.kind === 'postgres') return createPostgresCopy(nameOf(original));
  const copy = await createSqliteDatabase();
  await copyFile(fileOf(original), fileOf(copy));
  return copy;
}
