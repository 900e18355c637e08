import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import type { DataSource } from 'typeorm';

/** Packages that a host may have twice. All others are shared with the repository. */
const COPIED = ['better-sqlite3', 'bindings', 'file-uri-to-path', 'typeorm'];
/** Files that are not copied, because Node does not load them: sources, archives of the build, the build for browsers. */
const NOT_LOADED = /\/better-sqlite3\/(deps|src)$|\/(obj|obj\.target|sqlite3\.a)$|\/typeorm\/browser$|\.map$/;

/** An installation of packages with a copy of SQLite of its own, as a host with several versions of better-sqlite3 has it. */
export interface SecondSqlite {
  readonly BetterSqlite3: typeof BetterSqlite3;
  /** The class of a TypeORM that loads this better-sqlite3. */
  readonly DataSource: typeof DataSource;
  /** The native file. */
  readonly file: string;
  remove(): void;
}

/** Copies better-sqlite3 and TypeORM to a folder of their own, and loads them from there. */
export function installSecondSqlite(): SecondSqlite {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'tillhook-second-sqlite-')));
  const modules = path.join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync('node_modules')) {
    const source = path.resolve('node_modules', name);
    if (COPIED.includes(name))
      cpSync(source, path.join(modules, name), { recursive: true, filter: (file) => !NOT_LOADED.test(file) });
    else if (!name.startsWith('.')) symlinkSync(source, path.join(modules, name));
  }
  const require = createRequire(path.join(folder, 'host.js'));
  return {
    BetterSqlite3: require('better-sqlite3') as typeof BetterSqlite3,
    DataSource: (require('typeorm') as { DataSource: typeof DataSource }).DataSource,
    file: path.join(modules, 'better-sqlite3/build/Release/better_sqlite3.node'),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
