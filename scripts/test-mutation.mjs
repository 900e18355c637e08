// npm run test:mutation: mutation tests with Stryker, which it installs into test/mutation.
// `-- domain` runs one piece of test/mutation/pieces.mjs; further arguments go to Stryker: `-- lanes --mutate 'lib/delivery/lanes/lane.ts'`.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PIECES } from '../test/mutation/pieces.mjs';
import { testGroupOf, writeTestGroup } from '../test/mutation/test-group.mjs';

const FOLDER = 'test/mutation';
/** Written when everything is installed. It contains the lock file of that installation. */
const STAMP = path.join(FOLDER, 'node_modules', '.installed');

const given = process.argv.slice(2);
const names = Object.keys(PIECES);
const chosen = given.filter((arg) => names.includes(arg));
const options = given.filter((arg) => !names.includes(arg));

const lock = readFileSync(path.join(FOLDER, 'package-lock.json'), 'utf8');
if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== lock) {
  const status = run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: FOLDER });
  if (status !== 0) process.exit(status);
  writeFileSync(STAMP, lock);
}
const stryker = path.join(FOLDER, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const config = path.join(FOLDER, 'stryker.config.mjs');
// A piece whose score is too low does not end the run, so that one run shows all scores.
for (const name of chosen.length > 0 ? chosen : names) {
  console.log(`\nMutation tests of ${name}`);
  writeTestGroup(name);
  const env = { ...process.env, MUTATION_PIECE: name };
  const status = run(process.execPath, [stryker, 'run', config, ...options], { env });
  rmSync(testGroupOf(name), { force: true });
  if (status !== 0) process.exitCode = status;
}

function run(command, args, options) {
  return spawnSync(command, args, { stdio: 'inherit', ...options }).status ?? 1;
}
