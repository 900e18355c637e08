import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { DataSource } from 'typeorm';
import type { TestDatabase } from './test-database.js';

/** All that a database holds: the bytes of SQLite's files, journals included; every row of PostgreSQL as text. */
export async function dumpOf(database: TestDatabase): Promise<Buffer> {
  if (database.kind === 'sqlite') {
    const folder = path.dirname(database.url.slice('sqlite:'.length));
    const files = await readdir(folder);
    return Buffer.concat(await Promise.all(files.map((file) => readFile(path.join(folder, file)))));
  }
  const dataSource = await new DataSource(database.options).initialize();
  try {
    const tables = await dataSource.query<{ name: string }[]>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const rows = await dataSource.query<{ row: string }[]>(`SELECT t::text AS row FROM ${name} t`);
      texts.push(`${name}:`, ...rows.map(({ row }) => row));
    }
    return Buffer.from(texts.join('\n'));
  } finally {
    await dataSource.destroy();
  }
}
