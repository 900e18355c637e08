// A process of a host application that imports the build. HostProcess starts it and asks it over IPC.
import 'reflect-metadata';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { NestFactory } from '@nestjs/core';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { WebhookEmitter, WebhooksHealth, WebhooksModule, WebhookTenants } from 'nestjs-tillhook';

const NS_PER_MS = 1e6;

// The test has ended, or was ended: nobody else is left to end this process.
process.once('disconnect', () => process.exit(1));

const { database, webhooks, keys, logger } = JSON.parse(process.env.HOST_SETTINGS);
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
  { logger: logger ? brokenLogger(logger) : ['error', 'warn'], abortOnError: false },
);
app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });

const EVENT = { action: 'ORDER_SETTLED', data: { order: { Uid: '700' } } };
const emitter = app.get(WebhookEmitter, { strict: false });
const loopDelay = monitorEventLoopDelay({ resolution: 1 });
const calls = {
  health: () => app.get(WebhooksHealth, { strict: false }).check(),
  watchLoop: () => void loopDelay.enable(),
  longestLoopDelay: () => loopDelay.max / NS_PER_MS,
  emit: async (tenantUid) => {
    const { eventUid } = await emitter.emit(EVENT.action, EVENT.data, { tenantUid });
    return { eventUid, at: Date.now() };
  },
  emitAndDie: async (tenantUid) => {
    const runner = app.get(getDataSourceToken(), { strict: false }).createQueryRunner();
    await runner.startTransaction();
    await emitter.emit(EVENT.action, EVENT.data, { tenantUid, manager: runner.manager });
    // Do not call commitTransaction(), after which the module would announce the event.
    await runner.query('COMMIT');
    process.kill(process.pid, 'SIGKILL');
  },
  purge: (tenantUid) => app.get(WebhookTenants, { strict: false }).purge(tenantUid),
  emitMany: async (tenantUid, count) => {
    await emitter.emitMany(
      Array.from({ length: count }, () => EVENT),
      { tenantUid },
    );
  },
};
process.on('message', async ({ id, question, parameters }) =>
  process.send({ id, result: await calls[question](...parameters) }),
);
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
