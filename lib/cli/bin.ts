#!/usr/bin/env node
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { main } from './main.js';

const { version } = createRequire(import.meta.url)('nestjs-tillhook/package.json') as { version: string };

// `tillhook … | head` closes the pipe early. Then nobody reads the output, and that is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
// If nobody reads the error output, the exit code still reports the result.
process.stderr.on('error', () => undefined);

/** A terminal of the type `dumb` supports no control sequences. */
const canDrawOn = (stream: NodeJS.WriteStream): boolean =>
  Boolean(stream.isTTY) && process.env.TERM !== 'dumb';

// The first interrupt asks the command to end, for instance to close the receiver of `listen`; the second one ends the process.
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

// Set the exit code instead of exiting: the output may still have to be written to a pipe.
process.exitCode = await main(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  version,
  print: (text) => process.stdout.write(text),
  drained: async () => {
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  },
  printError: (text) => process.stderr.write(text),
  isTerminal: { results: canDrawOn(process.stdout), progress: canDrawOn(process.stderr) },
  readInput: async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  },
  interrupted: interrupted.signal,
});
