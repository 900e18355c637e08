// npm run test:browser: runs test/browser in a real Chromium, one file after the other. Arguments go to jest.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { chromiumPath } from './chromium.mjs';

try {
  chromiumPath();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const given = process.argv.slice(2);
const files = given.some((argument) => argument.startsWith('test/')) ? [] : ['test/browser'];
const { status } = spawnSync(
  process.execPath,
  [path.join(import.meta.dirname, 'test.mjs'), ...files, '--maxWorkers=1', ...given],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
