// node bench/telemetry-steps.mjs: measures the cost of telemetry for each step: CPU time of the process, without a database.
// telemetry-overhead.mjs measures whole deliveries, whose costs vary by more than telemetry adds.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from '../scripts/ensure-built.mjs';
import { startSdk } from './telemetry-sdk.mjs';

const MODES = ['none', 'metrics', 'sampled', 'full'];
const STEPS = 100_000;
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const URL_OF_RECEIVER = { origin: 'https://receiver.example', hostname: 'receiver.example', port: 443 };

const [mode] = process.argv.slice(2);
if (mode === undefined) await compare();
else process.send(await measure(mode));

/** Runs each mode in a separate process, because a registered SDK cannot be removed. */
async function compare() {
  ensureBuilt();
  for (const name of MODES) {
    const child = fork(fileURLToPath(import.meta.url), [name]);
    const costs = await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('error', reject);
      child.once('exit', (code) =>
        reject(new Error(`${name} exited with code ${code} before it had a result.`)),
      );
    });
    child.disconnect();
    child.kill();
    const shown = Object.entries(costs).map(([step, cost]) => `${step} ${cost.toFixed(1)} µs`);
    console.log(`${name.padEnd(7)} ${shown.join(', ')}`);
  }
}

async function measure(name) {
  startSdk(process.cwd(), name);
  const { openTelemetry } = await import('../dist/esm/telemetry/open-telemetry.js');
  const telemetry = await openTelemetry({ maxTransports: 100 }, console.warn);
  const steps = {
    attempt: (n) => attempt(telemetry, n),
    'emit and fan-out of one event': (n) => emitAndFanOut(telemetry, n),
  };
  const costs = {};
  for (const [step, work] of Object.entries(steps)) {
    await repeat(work, STEPS / 5);
    const cpu = process.cpuUsage();
    await repeat(work, STEPS);
    const { user, system } = process.cpuUsage(cpu);
    costs[step] = (user + system) / STEPS;
  }
  return costs;
}

async function repeat(work, times) {
  for (let n = 0; n < times; n += 1) {
    work(n);
    // The SDK exports between turns of the event loop.
    if (n % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

function attempt(telemetry, n) {
  if (!telemetry.observesAttempts) return;
  const tenantUid = `tenant-${n % 8}`;
  const event = { eventUid: `evt_${n}`, action: 'SALE_SETTLED', traceparent: TRACEPARENT, emittedAt: 0 };
  const observed = telemetry.attemptStarted({
    transportId: n % 8,
    tenantUid,
    httpTransportUid: 'erp',
    deliveryUid: `dlv_${n}`,
    event,
    attempt: 1,
    url: URL_OF_RECEIVER,
  });
  observed.run(() => n);
  observed.leave(() => undefined);
  observed.end({
    outcome: 'delivered',
    durationMs: 5,
    responseStatusCode: 204,
    errorCode: null,
    sinceEmitMs: 9,
  });
}

function emitAndFanOut(telemetry, n) {
  const emit = telemetry.emitStarted([{ eventUid: `evt_${n}`, action: 'SALE_SETTLED', tenantUid: 'shop' }]);
  emit?.run(() => n);
  emit?.end();
  if (!telemetry.observesFanOut) return;
  const known = [{ traceparent: TRACEPARENT, emittedAt: 1 }];
  const fanOut = telemetry.fanOutStarted({ events: 1, deliveries: 1, missed: 0, known });
  fanOut.run(() => n);
  fanOut.end(5);
}
