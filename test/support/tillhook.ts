import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const { bin } = JSON.parse(readFileSync('package.json', 'utf8')) as { bin: { tillhook: string } };

export interface TillhookOptions {
  /** The working directory. Default: the repository. */
  readonly cwd?: string;
  /** Environment variables of the command, beside those of the test without `TILLHOOK_…`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Close the reading end of its output before it prints anything, as `head` may do. */
  readonly closesOutput?: boolean;
}

export interface TillhookResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built `tillhook` as a process of its own, to its end. */
export async function tillhook(
  args: readonly string[],
  options: TillhookOptions = {},
): Promise<TillhookResult> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TILLHOOK_'));
  const child = spawn(process.execPath, [path.resolve(bin.tillhook), ...args], {
    cwd: options.cwd,
    env: { ...Object.fromEntries(inherited), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  if (options.closesOutput) child.stdout.destroy();
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout, stderr };
}
