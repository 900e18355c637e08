#!/usr/bin/env node
import { createRequire } from 'node:module';
import { main } from './main.js';

const { version } = createRequire(import.meta.url)('nestjs-tillhook/package.json') as { version: string };

// `tillhook … | head` closes the pipe early: there is nobody left to print to, and nothing went wrong.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
// The exit code still says what happened.
process.stderr.on('error', () => undefined);

// Sets the code rather than exits: a pipe may still have to take what was printed.
process.exitCode = await main(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  version,
  print: (text) => process.stdout.write(text),
  printError: (text) => process.stderr.write(text),
});
