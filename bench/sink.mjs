// The receiver of a benchmark: a separate process that responds with 204 as fast as it can and does nothing else.
import { fork, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Loopback addresses that the sink listens on. Several, since one origin gets at most half of the slots of a process. */
export const ADDRESSES = Array.from({ length: 8 }, (_, index) => `127.0.0.${index + 1}`);

/**
 * Starts nginx if it is installed, otherwise a minimal server on Node's raw sockets.
 *
 * @returns {Promise<{ name: string, urls: string[], stop: () => Promise<void> }>} `name` says which of the two it is;
 *   each of the `urls` has its own origin.
 */
export async function startSink() {
  const nginx = spawnSync('nginx', ['-v'], { encoding: 'utf8' });
  return nginx.error ? startNodeSink() : startNginx(nginx.stderr.trim().split('/').pop());
}

async function startNodeSink() {
  const child = fork(new URL('node-sink.mjs', import.meta.url));
  const port = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The sink exited with code ${code}.`)));
  });
  return { name: `raw Node ${process.version} sockets`, urls: urlsOf(port), stop: () => end(child) };
}

async function startNginx(version) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tillhook-sink-'));
  const port = await freePort();
  writeFileSync(path.join(folder, 'nginx.conf'), nginxConfig(port));
  const child = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], { stdio: 'inherit' });
  await listens(port);
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  return { name: `nginx ${version}`, urls: urlsOf(port), stop };
}

const nginxConfig = (port) => `
daemon off; worker_processes 1; pid nginx.pid;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  server { ${ADDRESSES.map((address) => `listen ${address}:${port};`).join(' ')} location / { return 204; } }
}`;

const urlsOf = (port) => ADDRESSES.map((address) => `http://${address}:${port}/hook`);

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until something listens on the port. */
async function listens(port) {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nginx did not listen on port ${port} within 5 s. See its messages above.`);
}

async function end(child) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
}
