// npm run test:hosts: tests the adapters for transactions with the real libraries, which it installs into test/hosts.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const FOLDER = 'test/hosts';
/** Written when everything is installed. It contains the lock file of that installation. */
const STAMP = path.join(FOLDER, 'node_modules', '.installed');

/** Where npm puts further copies of better-sqlite3. */
const COPIES = ['better-sqlite3', '@prisma/adapter-better-sqlite3/node_modules/better-sqlite3'];

/** Prisma's generator wants to download an engine that it does not use: any file that exists will do. */
const PRISMA = {
  ...process.env,
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
};

function run(command, args, options = {}) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (status === 0) return;
  console.error(`The tests of the adapters failed: ${path.basename(command)} ${args.join(' ')}`);
  process.exit(status ?? 1);
}

const lock = readFileSync(path.join(FOLDER, 'package-lock.json'), 'utf8');
if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== lock) {
  // No scripts: they download engines and report statistics.
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: FOLDER });
  // All libraries use the copy of better-sqlite3 of this repository, as in a host: two copies of SQLite in one process do not see
  // each other's locks.
  for (const copy of COPIES)
    rmSync(path.join(FOLDER, 'node_modules', copy), { recursive: true, force: true });
  for (const database of ['postgresql', 'sqlite']) {
    run('npx', ['prisma', 'generate', '--schema', `prisma/${database}.prisma`], { cwd: FOLDER, env: PRISMA });
  }
  writeFileSync(STAMP, lock);
}
run(process.execPath, [
  createRequire(import.meta.url).resolve('typescript/bin/tsc'),
  '--noEmit',
  '-p',
  FOLDER,
]);
const tests = ['--runInBand', '--testMatch', '**/test/hosts/*.hosts-spec.ts'];
run(process.execPath, ['scripts/test.mjs', ...tests, ...process.argv.slice(2)]);
