// npm run test:lighthouse: loads the portal's first page with Lighthouse, which it installs into test/lighthouse, and prints its
// figures. It needs Chromium, and a machine that does nothing else.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromiumPath } from './chromium.mjs';

const FOLDER = 'test/lighthouse';
/** Written when everything is installed. It contains the lock file of that installation. */
const STAMP = path.join(FOLDER, 'node_modules', '.installed');

try {
  chromiumPath();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const lock = readFileSync(path.join(FOLDER, 'package-lock.json'), 'utf8');
if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== lock) {
  const status = run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: FOLDER });
  if (status !== 0) process.exit(status);
  writeFileSync(STAMP, lock);
}
const tests = path.join(import.meta.dirname, 'test.mjs');
process.exitCode = run(process.execPath, [tests, FOLDER, '--maxWorkers=1', ...process.argv.slice(2)]);

function run(command, args, options) {
  return spawnSync(command, args, { stdio: 'inherit', ...options }).status ?? 1;
}
