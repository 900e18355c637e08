// A process of a host application that imports what was built. HostProcess starts it and asks it over IPC.
import 'reflect-metadata';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhooksHealth, WebhooksModule } from 'nestjs-tillhook';

const NS_PER_MS = 1e6;

// The test has ended, or was ended: nobody else is left to end this process.
process.once('disconnect', () => process.exit(1));

const { database, webhooks, logger } = JSON.parse(process.env.HOST_SETTINGS);
const app = await NestFactory.createApplicationContext(
  {
    module: class HostModule {},
    imports: [TypeOrmModule.forRoot(database), WebhooksModule.forRoot({ controllers: false, ...webhooks })],
  },
  { logger: logger ? brokenLogger(logger) : ['error', 'warn'], abortOnError: false },
);
app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });

const loopDelay = monitorEventLoopDelay({ resolution: 1 });
const answers = {
  health: () => app.get(WebhooksHealth, { strict: false }).check(),
  watchLoop: () => void loopDelay.enable(),
  longestLoopDelay: () => loopDelay.max / NS_PER_MS,
};
process.on('message', async ({ id, question }) => process.send({ id, answer: await answers[question]() }));
process.send('ready');

/** A logger of the host that fails at every line of the module: it throws, or returns a promise that is rejected. */
function brokenLogger(how) {
  const write = (...parts) => {
    if (parts.at(-1) !== 'Webhooks') return undefined;
    process.stdout.write(`logger called: ${parts[0]}\n`);
    const error = new Error('The log cannot be written.');
    if (how === 'throws') throw error;
    return Promise.reject(error);
  };
  return { log: write, error: write, warn: write, debug: write, verbose: write, fatal: write };
}
