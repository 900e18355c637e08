import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const READY = /POS ready on (http:\S+)/;

/** The exit code of a process that has ended, and everything that it printed. */
export interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
}

/** Variables that would decide how the sample app runs, left out of what a process inherits. */
const SETTINGS = /^(WEBHOOKS_.*|DATABASE_URL|PORT|EXAMPLE_TRAFFIC|NODE_OPTIONS)$/;

/** A process of the built sample app or of a script, started as an operator would. */
export class SampleProcess {
  #output = '';
  readonly #ended: Promise<Ended>;

  private constructor(private readonly child: ChildProcess) {
    const keep = (chunk: Buffer): void => void (this.#output += chunk.toString());
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    this.#ended = once(child, 'close').then(() => ({ exitCode: child.exitCode, output: this.#output }));
  }

  /**
   * Starts a script of the repository, e.g. `dist-sample/main.js`.
   *
   * @param cwd working directory. Default: the repository
   */
  static spawn(
    script: string,
    env: Record<string, string> = {},
    args: string[] = [],
    cwd = process.cwd(),
  ): SampleProcess {
    const inherited = Object.entries(process.env).filter(([name]) => !SETTINGS.test(name));
    const child = spawn(process.execPath, [path.resolve(script), ...args], {
      cwd,
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new SampleProcess(child);
  }

  /** Starts the sample app on a free port and waits until it serves. */
  static async start(databaseUrl: string, env: Record<string, string> = {}): Promise<SampleProcess> {
    const started = SampleProcess.spawn('dist-sample/main.js', {
      PORT: '0',
      DATABASE_URL: databaseUrl,
      WEBHOOKS_POLL_MS: '20',
      ...env,
    });
    await started.untilReady();
    return started;
  }

  /** Waits until the app serves, and returns where. */
  untilReady(): Promise<string> {
    return this.untilPrinted(READY);
  }

  /** Waits until the output matches, and returns the first group of the pattern. */
  async untilPrinted(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#output)?.[1];
      if (found !== undefined) return found;
      const news = once(this.child.stdout ?? this.child, 'data').then(() => undefined);
      const ended = await Promise.race([news, this.#ended]);
      if (ended) throw new Error(`The sample app ended instead of serving:\n${ended.output}`);
    }
  }

  get url(): string {
    return READY.exec(this.#output)?.[1] ?? '';
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Resolves once it has ended by itself. */
  get ended(): Promise<Ended> {
    return this.#ended;
  }

  /** Asks it to end. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    if (this.child.exitCode === null) this.child.kill(signal);
    return this.#ended;
  }
}
