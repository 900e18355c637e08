#!/usr/bin/env node
import { createRequire } from 'node:module';
import { main } from './main.js';

const { version } = createRequire(import.meta.url)('nestjs-tillhook/package.json') as { version: string };

// `tillhook … | head` closes the pipe early. Then nobody reads the output, and that is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
// The exit code still reports the result.
process.stderr.on('error', () => undefined);

// Set the exit code instead of exiting: the output may still have to be written to a pipe.
process.exitCode = await main(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  version,
  print: (text) => process.stdout.write(text),
  printError: (text) => process.stderr.write(text),
});
