// npm run test:pgbouncer: runs the tests that need a real PgBouncer. It installs nothing.
import { spawnSync } from 'node:child_process';

if (spawnSync('pgbouncer', ['--version']).status !== 0) {
  console.error(
    'The tests did not run: the program "pgbouncer" is not on the PATH. On Debian: apt-get install pgbouncer.',
  );
  process.exit(1);
}
const command = ['scripts/test.mjs', '--runInBand', '--testMatch', '**/test/pgbouncer/*.pooler-spec.ts'];
const { status } = spawnSync(process.execPath, [...command, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(status ?? 1);
