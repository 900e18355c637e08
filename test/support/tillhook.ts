import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { main } from '../../lib/cli/main.js';

const { bin, version } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  bin: { tillhook: string };
  version: string;
};

export interface TillhookOptions {
  /** The working directory. Default: the repository. */
  readonly cwd?: string;
  /** Environment variables of the command, beside those of the test without `TILLHOOK_…`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Close the reading end of its output before it prints anything, as `head` may do. */
  readonly closesOutput?: boolean;
  /** Its standard input. Default: none. */
  readonly input?: string;
}

export interface TillhookResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `tillhook` that is running. */
export interface RunningTillhook {
  stdout(): string;
  stderr(): string;
  /** Sends an interrupt, as Ctrl+C does. @returns the exit code */
  interrupt(): Promise<number | null>;
  /** @returns the exit code */
  readonly ended: Promise<number | null>;
}

/** Starts the built `tillhook` as a process of its own. */
export function startTillhook(args: readonly string[], options: TillhookOptions = {}): RunningTillhook {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('TILLHOOK_') && name !== 'DATABASE_URL',
  );
  const child = spawn(process.execPath, [path.resolve(bin.tillhook), ...args], {
    cwd: options.cwd,
    env: { ...Object.fromEntries(inherited), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined).end(options.input);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  if (options.closesOutput) child.stdout.destroy();
  const ended = once(child, 'close').then(([exitCode]) => exitCode as number | null);
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    interrupt: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}

/**
 * Runs the built `tillhook` as a process of its own, to its end. Use it for tests that depend on the process: streams, exit
 * code, loaded modules.
 */
export async function tillhook(
  args: readonly string[],
  options: TillhookOptions = {},
): Promise<TillhookResult> {
  const running = startTillhook(args, options);
  return { exitCode: await running.ended, stdout: running.stdout(), stderr: running.stderr() };
}

/** How `callTillhook` runs a command. */
export interface CallOptions extends Pick<TillhookOptions, 'cwd' | 'env' | 'input'> {
  /** Whether results and progress go to a terminal. Default: false. */
  readonly isTerminal?: boolean;
  /** Interrupts the command. Default: nothing does. */
  readonly interrupted?: AbortSignal;
}

/**
 * Runs the command line of the sources in this process. This takes a hundredth of the time, because the modules are loaded
 * already.
 */
export async function callTillhook(
  args: readonly string[],
  {
    cwd = process.cwd(),
    env = {},
    input = '',
    isTerminal = false,
    interrupted = new AbortController().signal,
  }: CallOptions = {},
): Promise<TillhookResult> {
  let [stdout, stderr] = ['', ''];
  const exitCode = await main(args, {
    cwd,
    env,
    version,
    print: (text) => (stdout += text),
    drained: () => Promise.resolve(),
    printError: (text) => (stderr += text),
    isTerminal: { results: isTerminal, progress: isTerminal },
    readInput: () => Promise.resolve(Buffer.from(input)),
    interrupted,
  });
  return { exitCode, stdout, stderr };
}
