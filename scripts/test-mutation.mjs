// npm run test:mutation: mutation tests of the pure decisions, with Stryker, which it installs into test/mutation.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = 'test/mutation';
/** Written when everything is installed: the lock that it was made from. */
const STAMP = path.join(FOLDER, 'node_modules', '.installed');

function run(command, args, options = {}) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (status !== 0) process.exit(status ?? 1);
}

const lock = readFileSync(path.join(FOLDER, 'package-lock.json'), 'utf8');
if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== lock) {
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: FOLDER });
  writeFileSync(STAMP, lock);
}
run(process.execPath, [
  path.join(FOLDER, 'node_modules/@stryker-mutator/core/bin/stryker.js'),
  'run',
  path.join(FOLDER, 'stryker.config.mjs'),
  ...process.argv.slice(2),
]);
