// `npm run demo`: the product in a minute, on a fresh database, with a receiver in a process of its own.
import { ensureBuilt } from './ensure-built.mjs';

const HELP = `Shows what nestjs-tillhook does: a sale that arrives, a sale that is rolled back, a receiver that fails.

Usage: npm run demo                  (or: node scripts/demo.mjs)

It needs nothing but this folder: it makes a SQLite file in the system's temporary folder, listens on free
ports of the loopback interface, and removes everything when it is done. Exit code: 0 if everything happened
as described, otherwise 1. NO_COLOR=1 prints plain text.
`;

if (process.argv.slice(2).some((argument) => ['--help', '-h'].includes(argument))) {
  process.stdout.write(HELP);
} else {
  try {
    ensureBuilt();
  } catch {
    console.error('The build failed; see above.');
    process.exit(1);
  }
  await import('../dist-sample/demo/run.js');
}
