// A process of a host application that imports what was built. HostProcess starts it and asks it over IPC.
import 'reflect-metadata';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhooksHealth, WebhooksModule } from 'nestjs-tillhook';

const NS_PER_MS = 1e6;

// The test has ended, or was ended: nobody else is left to end this process.
process.once('disconnect', () => process.exit(1));

const { database, webhooks, keys } = JSON.parse(process.env.HOST_SETTINGS);
// Keys are bytes, which JSON cannot carry.
const encryption = keys && {
  keys: keys.map(({ id, base64 }) => ({ id, key: Buffer.from(base64, 'base64') })),
};
const app = await NestFactory.createApplicationContext(
  {
    module: class HostModule {},
    imports: [
      TypeOrmModule.forRoot(database),
      WebhooksModule.forRoot({ controllers: false, encryption, ...webhooks }),
    ],
  },
  { logger: ['error', 'warn'], abortOnError: false },
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
