import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestDatabase } from './test-database.js';

/** The folder of the test run for SQLite files. Default: the system's for temporary files. */
const { TEST_SQLITE_FOLDER: parent = tmpdir() } = process.env;

/** Creates a folder for a SQLite file that the first connection makes. */
export async function createSqliteDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(path.join(parent, 'tillhook-sqlite-'));
  const file = path.join(folder, 'test.sqlite');
  return {
    kind: 'sqlite',
    options: { type: 'better-sqlite3', database: file },
    url: `sqlite:${file}`,
    drop: () => rm(folder, { recursive: true }),
  };
}

/** The file of a SQLite database. */
export const fileOf = ({ url }: TestDatabase): string => url.slice('sqlite:'.length);
