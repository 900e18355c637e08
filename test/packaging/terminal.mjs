// Terminals of a newcomer: commands that end, and commands that serve a port until they are interrupted.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const LIMIT_MS = 180_000;

/** Runs commands to their end. Throws if one fails; its output is shown. */
export function runCommands(code, cwd, env) {
  return execFileSync('bash', ['-ec', code], { cwd, env, encoding: 'utf8', timeout: LIMIT_MS });
}

/** A command in a terminal of its own. */
export class Terminal {
  output = '';
  #child;

  /** Starts the command and waits until it listens on `port`. */
  static async serving(code, cwd, env, port) {
    const terminal = new Terminal();
    // A process group of its own: npm and Nest's CLI start further processes, all of which an interrupt has to reach.
    terminal.#child = spawn('bash', ['-ec', code], { cwd, env, detached: true });
    for (const stream of [terminal.#child.stdout, terminal.#child.stderr])
      stream.on('data', (chunk) => (terminal.output += chunk));
    await terminal.#until(() => listens(port), `listen on port ${port}`);
    return terminal;
  }

  /** Waits until the output matches, and returns the match. */
  async untilPrinted(pattern) {
    await this.#until(() => pattern.test(this.output), `print ${pattern}`);
    return pattern.exec(this.output);
  }

  async close() {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    process.kill(-this.#child.pid, 'SIGTERM');
    await ended;
  }

  async #until(isSo, what) {
    const giveUpAt = Date.now() + LIMIT_MS;
    while (!(await isSo())) {
      if (this.#child.exitCode !== null || Date.now() > giveUpAt) {
        await this.close();
        throw new Error(`The command did not ${what}. It printed:\n${this.output}`);
      }
      await sleep(100);
    }
  }
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost');
    const end = (result) => () => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });
}

/** Returns a port that nobody listens on. */
export async function freePort() {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
