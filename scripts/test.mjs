// npm test: runs jest on a real PostgreSQL and prints a closing line. Arguments go to jest: `npm test -- test/unit`.
// Folders with a command of their own, such as `npm run test:faults`, run only if they are named.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensurePortal } from './build-portal.mjs';
import { ensureBuilt } from './ensure-built.mjs';
import { createMemoryFolder, removeMemoryFolder } from './memory-folder.mjs';
import { NOT_DURABLE, startPostgres } from './postgres.mjs';
import { groupSpecs, removeGroups } from './test-groups.mjs';

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
/** How long jest may continue to run after its results are written, in ms. */
const EXIT_GRACE_MS = 10_000;
/** Keeps the order of `groupSpecs`. */
const SEQUENCER = './test/support/listed-order.mjs';
/** Folders of tests that `npm test` leaves to other commands. */
const OWN_COMMAND = ['test/faults', 'test/browser', 'test/types', 'test/processes', 'test/long'];
const given = process.argv.slice(2);
// `npm run test:faults:short -- test/faults/kill.spec.ts` names the folder and a file in it: the file is meant.
const args = given.filter((arg) => !given.some((other) => other.startsWith(`${arg}/`)));

// Unit and integration tests read the sources. Other tests may start the built files.
const files = args.filter((arg) => !arg.startsWith('-'));
const sourcesOnly = files.length > 0 && files.every((file) => /^test\/(unit|integration)\b/.test(file));
if (sourcesOnly) await ensurePortal();
else {
  try {
    ensureBuilt();
  } catch {
    console.error('The tests did not run: the build failed, see above.');
    process.exit(1);
  }
}

// Files that are named run alone; folders run in groups of files. Each fault test needs a process of its own.
const folders = files.length === 0 ? ['test/unit', 'test/integration', 'test/e2e'] : files;
const isGrouped =
  folders.every((file) => /^test\/(unit|integration|e2e|long|types)\b/.test(file) && isFolder(file)) &&
  !args.some((arg) => /^--(watch|test|find|runTests|list|only|changed)/.test(arg));
const chosen = isGrouped
  ? [
      '--runTestsByPath',
      ...groupSpecs(folders),
      `--testSequencer=${SEQUENCER}`,
      ...args.filter((arg) => arg.startsWith('-')),
    ]
  : [...(files.length === 0 ? ['--testPathIgnorePatterns', ...OWN_COMMAND] : []), ...args];

const needsPostgres = !folders.every((file) => file.startsWith('test/types'));

const folder = mkdtempSync(path.join(tmpdir(), 'tillhook-test-'));
// Fault tests keep their files on the disk, as production does.
const memoryFolder = isGrouped ? createMemoryFolder() : undefined;
const resultsFile = path.join(folder, 'results.json');
let jestProcess;
let interruptedBy;
let postgres;
// An interrupt ends jest, not this process, which has a server to stop.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    interruptedBy = signal;
    jestProcess?.kill(signal);
  });
}
try {
  const env = {
    ...(needsPostgres && (await postgresEnvironment())),
    ...(memoryFolder !== undefined && { TEST_SQLITE_FOLDER: memoryFolder }),
  };
  const exitCode = interruptedBy ? undefined : await runJest(env);
  process.exitCode = exitCode ?? 1;
} finally {
  await postgres?.stop();
}
if (existsSync(resultsFile)) console.log(closingLine(JSON.parse(readFileSync(resultsFile, 'utf8'))));
rmSync(folder, { recursive: true, force: true });
removeMemoryFolder(memoryFolder);
removeGroups();

/** How the tests find PostgreSQL. */
async function postgresEnvironment() {
  const { TEST_POSTGRES_URL: given } = process.env;
  // Templates of migrated databases exist during a run. They must not stay on a server that belongs to somebody else.
  if (given !== undefined) return { TEST_POSTGRES_URL: given };
  postgres = await startPostgres(NOT_DURABLE, memoryFolder);
  return { TEST_POSTGRES_URL: postgres.url, TEST_RUN_FOLDER: folder };
}

/** The exit code of jest; undefined if a signal ended it. Handles that a failed test left open must not keep jest alive for ever. */
function runJest(env) {
  const command = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest];
  const output = ['--json', `--outputFile=${resultsFile}`];
  jestProcess = spawn(process.execPath, [...command, ...output, ...chosen], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => {
    jestProcess.once('error', reject);
    jestProcess.once('exit', (code) => resolve(code ?? undefined));
    const watch = setInterval(() => {
      if (!existsSync(resultsFile)) return;
      clearInterval(watch);
      setTimeout(() => jestProcess.kill(), EXIT_GRACE_MS).unref();
    }, 250).unref();
  });
}

function isFolder(name) {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** A file that could not run at all contains an unknown number of tests, so it counts as one failed test. */
function closingLine(results) {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `\n${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
