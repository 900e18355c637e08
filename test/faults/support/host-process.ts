import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { TenantPurgeReport, WebhooksHealthReport, WebhooksModule } from 'nestjs-tillhook';
import type { DataSourceOptions } from 'typeorm';

const SUPPORT = './test/faults/support';

/** Options of the module in a process. They are passed as JSON. */
export type HostOptions = Partial<Parameters<typeof WebhooksModule.forRoot>[0]>;

/** An encryption key in JSON: 32 bytes in base64. */
export interface HostKey {
  readonly id: string;
  readonly base64: string;
}

/** The module's option for these keys. */
export const encryptionOf = (keys: readonly HostKey[]) => ({
  encryption: { keys: keys.map(({ id, base64 }) => ({ id, key: Buffer.from(base64, 'base64') })) },
});

/** Settings of a process. */
export interface HostSettings {
  /** Identifies the process: the `user-agent` of its requests. */
  readonly name: string;
  readonly database: DataSourceOptions;
  readonly webhooks: HostOptions;
  /** Encryption keys; the first one encrypts. Default: none. */
  readonly keys?: readonly HostKey[];
  /** Scripts of this folder that run in the process before anything else. */
  readonly preload?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The network namespace in which it runs. Default: this process's. */
  readonly namespace?: string;
  /** A logger of the host that fails at every line of the module. Default: Nest's own, for warnings and errors. */
  readonly logger?: 'throws' | 'rejects';
}

/** How a process ended. */
export interface HostEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** An event that has been committed, and when. */
export interface Committed {
  readonly eventUid: string;
  readonly at: number;
}

/** The calls that a process accepts over IPC (see host.mjs). */
interface Calls {
  health(): WebhooksHealthReport;
  /** Begins to measure the delay of its event loop. */
  watchLoop(): undefined;
  /** Longest delay of the event loop since `watchLoop`, in ms. */
  longestLoopDelay(): number;
  /** Emits an event in that process, which wakes its own fan-out. */
  emit(tenantUid: string): Committed;
  /** Emits an event and kills that process after the commit, before any process is notified. Never returns. */
  emitAndDie(tenantUid: string): never;
  emitMany(tenantUid: string, count: number): undefined;
  /** Erases a tenant. */
  purge(tenantUid: string): TenantPurgeReport;
}

interface Reply {
  readonly id: number;
  readonly result: never;
}

/** A process of a host application that fans out and delivers. A test can kill, freeze and terminate it. */
export class HostProcess {
  /** The lines that it has logged. */
  readonly log: string[] = [];
  readonly ended: Promise<HostEnd>;
  readonly #waiting = new Map<number, (result: never) => void>();
  #questions = 0;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream
        ?.setEncoding('utf8')
        .on('data', (text: string) => this.log.push(...text.split('\n').filter(Boolean)));
    }
    child.on('message', ({ id, result }: Reply) => this.#waiting.get(id)?.(result));
    this.ended = once(child, 'close').then(() => ({ exitCode: child.exitCode, signal: child.signalCode }));
  }

  /** Starts a process and waits until its application runs. */
  static async start({
    name,
    database,
    webhooks,
    keys,
    preload = [],
    env,
    namespace,
    logger,
  }: HostSettings): Promise<HostProcess> {
    const settings = { database, logger, webhooks: { userAgent: name, ...webhooks }, keys };
    const execArgv = preload.flatMap((script) => ['--import', `${SUPPORT}/${script}`]);
    const child = fork(`${SUPPORT}/host.mjs`, {
      // `ip netns exec` becomes the process that it starts, so that its id and its channel stay the same.
      ...(namespace
        ? { execPath: 'ip', execArgv: ['netns', 'exec', namespace, process.execPath, ...execArgv] }
        : { execArgv }),
      env: { ...process.env, ...env, HOST_SETTINGS: JSON.stringify(settings) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const started = new HostProcess(name, child);
    const end = await Promise.race([once(child, 'message').then(() => undefined), started.ended]);
    if (end) throw new Error(`${name} ended instead of working:\n${started.log.join('\n')}`);
    return started;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** SIGKILL: it gets no chance to do anything. Resolves when it is gone. */
  kill(): Promise<HostEnd> {
    this.child.kill('SIGKILL');
    return this.ended;
  }

  /** SIGTERM, as an orchestrator would. Resolves when it has ended. */
  terminate(): Promise<HostEnd> {
    this.child.kill('SIGTERM');
    return this.ended;
  }

  /** SIGSTOP: the process is suspended, and its connections stay open. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  /** SIGCONT: it goes on as if no time had passed. */
  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** SIGUSR2: a script of `preload` must handle it. */
  signal(): void {
    this.child.kill('SIGUSR2');
  }

  async ask<Question extends keyof Calls>(
    question: Question,
    ...parameters: Parameters<Calls[Question]>
  ): Promise<ReturnType<Calls[Question]>> {
    const id = ++this.#questions;
    const result = new Promise<ReturnType<Calls[Question]>>((resolve) => this.#waiting.set(id, resolve));
    this.child.send({ id, question, parameters });
    try {
      return await Promise.race([
        result,
        this.ended.then(() => {
          throw new Error(`${this.name} ended instead of replying.`);
        }),
      ]);
    } finally {
      this.#waiting.delete(id);
    }
  }
}
