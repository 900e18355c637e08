// node bench/telemetry-overhead.mjs: measures the cost of telemetry for each delivery: CPU time of the process and the database.
import { parseArgs } from 'node:util';
import { runInProcess } from './contestant-process.mjs';
import { DATABASES } from './databases.mjs';
import { startSink } from './sink.mjs';
import { ensureBuilt } from '../scripts/ensure-built.mjs';

const HELP = `node bench/telemetry-overhead.mjs [--before FOLDER] [--rounds N] [--events N] [--database NAME] [--modes A,B]

  --before FOLDER   a built clone of a version without telemetry, with its node_modules; default: not compared
  --rounds N        default 5; each runs every mode once, in another order
  --events N        deliveries of each run, live and again from a backlog, default 20000
  --database NAME   ${Object.keys(DATABASES).join(' or ')}; default postgres
  --modes A,B       the modes to compare; the first one is the base; default: all

Modes: before (the version in FOLDER), none (no SDK), context (only the context manager of an SDK, which shows the
cost of AsyncLocalStorage in Node), metrics (an SDK for metrics), sampled (metrics, and every tenth trace), full (metrics,
and every trace).`;

const { values: flags } = parseArgs({
  options: {
    before: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    events: { type: 'string', default: '20000' },
    database: { type: 'string', default: 'postgres' },
    modes: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) console.log(HELP);
else await main();

async function main() {
  ensureBuilt();
  // Imported here, because host.mjs imports the package that was just built.
  const { quantile } = await import('./host.mjs');
  const all = [...(flags.before ? ['before'] : []), 'none', 'context', 'metrics', 'sampled', 'full'];
  const modes = flags.modes?.split(',') ?? all;
  const base = modes[0];
  const sink = await startSink();
  const costs = Object.fromEntries(modes.map((mode) => [mode, []]));
  try {
    for (let round = 0; round < Number(flags.rounds); round += 1) {
      // Each round begins with another mode, because the machine may become slower or faster meanwhile.
      const order = modes.map((_, index) => modes[(index + round) % modes.length]);
      for (const mode of order) costs[mode].push(await costOf(mode, sink.urls));
      const line = modes.map((mode) => `${mode} ${shown(costs[mode][round])}`).join('; ');
      console.log(`round ${round + 1}: ${line}`);
    }
  } finally {
    await sink.stop();
  }
  for (const kind of ['live', 'backlog']) {
    for (const mode of modes) {
      const ratios = costs[mode].map((cost, round) => cost[kind] / costs[base][round][kind]);
      const median = quantile(
        costs[mode].map((cost) => cost[kind]),
        0.5,
      );
      const [low, middle, high] = [0, 0.5, 1].map((share) => quantile(ratios, share).toFixed(3));
      console.log(
        `${kind.padEnd(7)} ${mode.padEnd(7)} ${median.toFixed(1)} µs, x ${base}: ${middle} (${low} to ${high})`,
      );
    }
  }
}

/** @returns CPU time of the process and of the database for each delivery, in µs */
async function costOf(mode, sinkUrls) {
  const database = await DATABASES[flags.database]();
  try {
    const root = mode === 'before' ? flags.before : process.cwd();
    const job = { root, mode, databaseUrl: database.url, sinkUrls, events: Number(flags.events) };
    return await runInProcess('telemetry-cost', job);
  } finally {
    await database.stop();
  }
}

function shown({ live, liveDatabase, backlog, backlogDatabase }) {
  const part = (all, database) => `${all.toFixed(0)} (database ${database.toFixed(0)})`;
  return `live ${part(live, liveDatabase)}, backlog ${part(backlog, backlogDatabase)} µs`;
}
