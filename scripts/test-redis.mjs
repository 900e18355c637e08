// npm run test:redis: runs the tests that need a real Redis server. It installs nothing.
import { spawnSync } from 'node:child_process';

if (spawnSync('redis-server', ['--version']).status !== 0) {
  console.error(
    'The tests did not run: the program "redis-server" is not on the PATH. On Debian: apt-get install redis-server.',
  );
  process.exit(1);
}
const command = ['scripts/test.mjs', '--runInBand', '--testMatch', '**/test/redis/*.redis-spec.ts'];
const { status } = spawnSync(process.execPath, [...command, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(status ?? 1);
