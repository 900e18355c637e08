import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const READY = /POS ready on (http:\S+)/;

/** The demo's handle on the POS back end: the real app, in a process of its own, on a port that was free. */
export class AppProcess {
  #output = '';

  private constructor(private readonly child: ChildProcess) {
    const keep = (chunk: Buffer): void => void (this.#output += chunk.toString());
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  /** @throws {Error} with what the app printed, when it ends instead of getting ready. */
  static async start(env: Readonly<Record<string, string>>): Promise<AppProcess> {
    const child = spawn(process.execPath, [MAIN], {
      env: { ...withoutSettings(process.env), PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const app = new AppProcess(child);
    await app.#untilReady();
    return app;
  }

  get url(): string {
    return READY.exec(this.#output)?.[1] ?? '';
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Everything that the app has printed. */
  get output(): string {
    return this.#output;
  }

  /** Stops the app. @returns its exit code; null: a signal has ended it */
  async stop(): Promise<number | null> {
    if (!this.#hasEnded) {
      this.child.kill('SIGTERM');
      await once(this.child, 'exit');
    }
    return this.child.exitCode;
  }

  get #hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async #untilReady(): Promise<void> {
    while (this.url === '') {
      if (this.#hasEnded) throw new Error(`The POS back end did not start:\n${this.#output}`);
      await Promise.race([once(this.child.stdout ?? this.child, 'data'), once(this.child, 'close')]);
    }
  }
}

/** Removes the settings of the shell, so that only the demo configures its app. */
const withoutSettings = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(WEBHOOKS_.*|DATABASE_URL|PORT|EXAMPLE_TRAFFIC)$/.test(name)),
  );
