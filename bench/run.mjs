// npm run bench: compares this module with a bare HTTP pool and a naive worker, and measures its scenarios, in one run.
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../scripts/ensure-built.mjs';
import { BODY_BYTES } from './body.mjs';
import { runInProcess } from './contestant-process.mjs';
import { DATABASES } from './databases.mjs';
import { machine, save, toMarkdown } from './report.mjs';
import { startSink } from './sink.mjs';

const CONTESTANTS = {
  bare: { file: 'bare-pool', title: 'bare undici pool, 64 connections', share: 3 },
  // Each run has to take some seconds for a steady rate, so the bare pool gets more events, and the naive worker far fewer.
  naive: { file: 'naive-worker', title: 'naive worker (row, fetch, save)', share: 0.05 },
  tillhook: { file: 'tillhook', title: 'nestjs-tillhook', share: 1 },
};

/** The scenarios. Each file says what it measures, and has the bound. */
const SCENARIOS = {
  drain: 'drain',
  floor: 'drain-floor',
  cost: 'cost',
  emit: 'emit-cost',
  latency: 'latency',
  lanes: 'small-lanes',
  slow: 'slow-receiver',
  wide: 'wide-event',
  isolation: 'isolation',
  growth: 'growth',
  lists: 'lists',
  long: 'long-drain',
};

const HELP = `npm run bench -- [--events N] [--size X] [--only NAMES]

  --events N     size of the backlog, default 50000 (the bare pool gets 3 x, the naive worker 0.05 x)
  --size X       sizes of the scenarios times X, default 1 (0.05 takes a minute or two)
  --only NAMES   contestants, scenarios and databases to run, separated by commas; default: all
                 contestants: ${Object.keys(CONTESTANTS).join(', ')}
                 scenarios:   ${Object.keys(SCENARIOS).join(', ')}
                 databases:   ${Object.keys(DATABASES).join(', ')}
  --help         this text

Prints a table and writes bench/results/latest.{json,md}. bench/README.md says how each figure is measured.`;

const { values: flags } = parseArgs({
  options: {
    events: { type: 'string', default: '50000' },
    size: { type: 'string', default: '1' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const events = Number(flags.events);
if (!Number.isInteger(events) || events < 100)
  fail(`Option "--events" is "${flags.events}". Use a whole number from 100.`);
const size = Number(flags.size);
if (!(size > 0)) fail(`Option "--size" is "${flags.size}". Use a number above 0.`);
const names = flags.only?.split(',') ?? [];
const known = [CONTESTANTS, SCENARIOS, DATABASES].flatMap(Object.keys);
const unknown = names.find((name) => !known.includes(name));
if (unknown !== undefined) fail(`Option "--only" has an unknown name "${unknown}". The names are below.`);
const hasWork = names.some((name) => name in CONTESTANTS || name in SCENARIOS);
const contestants = chosenOf(CONTESTANTS, hasWork);
const scenarios = chosenOf(SCENARIOS, hasWork);
const databases = chosenOf(
  DATABASES,
  names.some((name) => name in DATABASES),
);
// The rate of a drain is compared with the rate of the bare pool.
if (['drain', 'floor'].some((name) => scenarios.includes(name)) && !contestants.includes('bare'))
  contestants.unshift('bare');
if (flags.help) console.log(HELP);
else await main();

async function main() {
  if (contestants.includes('tillhook') || scenarios.length > 0) ensureBuilt();
  const sink = await startSink();
  const results = [];
  const measures = [];
  try {
    for (const database of databases) {
      const group = await compare(database, sink.urls);
      results.push(...group);
      const barePerSecond = group.find(({ contestant }) => contestant === CONTESTANTS.bare.title)?.perSecond;
      measures.push(...(await play(database, sink.urls, barePerSecond)));
    }
  } finally {
    await sink.stop();
  }
  const date = new Date().toISOString().slice(0, 10);
  const report = {
    date,
    machine: machine(),
    sink: sink.name,
    bodyBytes: BODY_BYTES,
    size,
    results,
    measures,
  };
  console.log(`\n${toMarkdown(report)}`);
  console.log(`Written to ${save(report, 'latest')}`);
}

/** Runs all contestants on one kind of database, each on an empty one. The bare pool is measured again for each kind. */
async function compare(databaseKey, sinkUrls) {
  const results = [];
  let bare;
  for (const key of contestants) {
    const { file, title, share } = CONTESTANTS[key];
    const database = await DATABASES[databaseKey]();
    try {
      console.log(`${database.name}: ${title} …`);
      const job = { databaseUrl: database.url, sinkUrls, events: Math.ceil(events * share) };
      const { count, seconds } = await runInProcess(`contestants/${file}`, job);
      const perSecond = count / seconds;
      if (key === 'bare') bare = perSecond;
      const ratioToBare = bare && perSecond / bare;
      results.push({ database: database.name, contestant: title, count, seconds, perSecond, ratioToBare });
    } finally {
      await database.stop();
    }
  }
  return results;
}

/** Runs the scenarios on one kind of database, each on an empty one. */
async function play(databaseKey, sinkUrls, barePerSecond) {
  const measures = [];
  for (const key of scenarios) {
    const file = `scenarios/${SCENARIOS[key]}`;
    const { title } = await import(`./${file}.mjs`);
    const database = await DATABASES[databaseKey]();
    try {
      console.log(`${database.name}: ${title} …`);
      const job = { databaseUrl: database.url, database: databaseKey, sinkUrls, barePerSecond, size };
      const measured = await runInProcess(file, job);
      measures.push(...measured.map((one) => ({ database: database.name, ...one })));
    } finally {
      await database.stop();
    }
  }
  return measures;
}

/** The keys of `all` that `--only` names; all keys if the choice is not restricted. */
function chosenOf(all, isRestricted) {
  return Object.keys(all).filter((key) => !isRestricted || names.includes(key));
}

function fail(message) {
  console.error(`${message}\n\n${HELP}`);
  process.exit(1);
}
