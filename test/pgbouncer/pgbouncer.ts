import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { eventually } from '../support/eventually.js';
import type { TestDatabase } from '../support/test-database.js';

export type PoolMode = 'transaction' | 'session' | 'statement';

/** A real PgBouncer in front of a database: `pgbouncer` on the PATH, on a free port of the loopback interface. */
export class PgBouncer {
  private constructor(
    /** The database behind the pooler, as a host would configure it. */
    readonly database: TestDatabase,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /** @param settings further settings, e.g. `{ default_pool_size: 1 }` */
  static async start(
    database: TestDatabase,
    poolMode: PoolMode,
    settings: Readonly<Record<string, string | number>> = {},
  ): Promise<PgBouncer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'tillhook-pgbouncer-'));
    const port = await freePort();
    const server = new URL(database.url);
    const name = server.pathname.slice(1);
    const all = {
      listen_addr: '127.0.0.1',
      listen_port: port,
      unix_socket_dir: '',
      auth_type: 'any',
      pool_mode: poolMode,
      default_pool_size: 20,
      max_client_conn: 200,
      ...settings,
    };
    const file = path.join(folder, 'pgbouncer.ini');
    await writeFile(
      file,
      `[databases]\n${name} = host=${server.hostname} port=${server.port} dbname=${name} user=${server.username} password=${server.password}\n` +
        `[pgbouncer]\n${Object.entries(all)
          .map(([key, value]) => `${key} = ${value}`)
          .join('\n')}\n`,
    );
    await chmod(folder, 0o755);
    // PgBouncer refuses to run as root.
    const account = process.getuid?.() === 0 ? { uid: idOfNobody('-u'), gid: idOfNobody('-g') } : {};
    const child = spawn('pgbouncer', ['-q', file], { stdio: ['ignore', 'pipe', 'pipe'], ...account });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
    const url = `postgres://app@127.0.0.1:${port}/${name}`;
    const behind: TestDatabase = { ...database, url, options: { type: 'postgres', url } };
    const pooler = new PgBouncer(behind, child, folder);
    try {
      await eventually(() => responds(url), { what: 'PgBouncer to respond' });
    } catch (error) {
      await pooler.stop();
      throw new Error(`PgBouncer did not start:\n${output.join('')}`, { cause: error });
    }
    return pooler;
  }

  /** The values of a setting on many connections to the pooler at once, so that each session of the pooler is among them. */
  async show(setting: string, connections = 20): Promise<string[]> {
    const clients = Array.from(
      { length: connections },
      () => new pg.Client({ connectionString: this.database.url }),
    );
    await Promise.all(clients.map((client) => client.connect()));
    // Open transactions, so that no two of them are given the same session.
    await Promise.all(clients.map((client) => client.query('BEGIN')));
    const results = await Promise.all(
      clients.map((client) => client.query<Record<string, string>>(`SHOW ${setting}`)),
    );
    await Promise.all(clients.map((client) => client.query('COMMIT')));
    await Promise.all(clients.map((client) => client.end()));
    return [...new Set(results.map(({ rows }) => Object.values(rows[0]!)[0]!))];
  }

  async stop(): Promise<void> {
    const isRunning = this.child.exitCode === null && this.child.signalCode === null;
    if (isRunning) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill('SIGKILL');
      await ended;
    }
    await rm(this.folder, { recursive: true });
  }
}

async function responds(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  await client.end();
  return true;
}

const idOfNobody = (flag: string): number =>
  Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(0, '127.0.0.1', () => resolve()),
  );
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
