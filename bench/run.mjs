// npm run bench: measures this module against the bare HTTP pool and the usual naive worker, in one run.
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../scripts/ensure-built.mjs';
import { BODY_BYTES } from './body.mjs';
import { runInProcess } from './contestant-process.mjs';
import { DATABASES } from './databases.mjs';
import { machine, save, toMarkdown } from './report.mjs';
import { startSink } from './sink.mjs';

const CONTESTANTS = {
  bare: { file: 'bare-pool', title: 'bare undici pool, 64 connections', share: 3 },
  // A steady rate takes some seconds: the bare pool needs more events for that, the naive worker far fewer.
  naive: { file: 'naive-worker', title: 'naive worker (row, fetch, save)', share: 0.05 },
  tillhook: { file: 'tillhook', title: 'nestjs-tillhook', share: 1 },
};

const HELP = `npm run bench -- [--events N] [--only NAMES]

  --events N     size of the backlog, default 50000 (the bare pool gets 3 x, the naive worker 0.05 x)
  --only NAMES   comma list of what to run: ${[...Object.keys(CONTESTANTS), ...Object.keys(DATABASES)].join(', ')}
                 (contestants, databases or both; default: everything)
  --help         this text

Prints a table and writes bench/results/latest.{json,md}. bench/README.md says how the numbers are made.`;

const { values: flags } = parseArgs({
  options: {
    events: { type: 'string', default: '50000' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const events = Number(flags.events);
if (!Number.isInteger(events) || events < 100)
  fail(`--events takes a whole number from 100, not ${flags.events}.`);
const contestants = chosenOf(CONTESTANTS);
const databases = chosenOf(DATABASES);
if (flags.help) console.log(HELP);
else await main();

async function main() {
  if (contestants.includes('tillhook')) ensureBuilt();
  const sink = await startSink();
  const results = [];
  try {
    for (const database of databases) results.push(...(await measure(database, sink.url)));
  } finally {
    await sink.stop();
  }
  const date = new Date().toISOString().slice(0, 10);
  const report = { date, machine: machine(), sink: sink.name, bodyBytes: BODY_BYTES, results };
  console.log(`\n${toMarkdown(report)}`);
  console.log(`Written to ${save(report, 'latest')}`);
}

/** All contestants on one database, each on an empty one; the bare pool is measured with each group anew. */
async function measure(databaseKey, sinkUrl) {
  const results = [];
  let bare;
  for (const key of contestants) {
    const { file, title, share } = CONTESTANTS[key];
    const database = await DATABASES[databaseKey]();
    try {
      console.log(`${database.name}: ${title} …`);
      const job = { databaseUrl: database.url, sinkUrl, events: Math.ceil(events * share) };
      const { count, seconds } = await runInProcess(file, job);
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

/** The keys of `all` that `--only` names; all of them when it names none of this kind. */
function chosenOf(all) {
  const names = flags.only?.split(',') ?? [];
  const unknown = names.find((name) => !(name in CONTESTANTS) && !(name in DATABASES));
  if (unknown !== undefined) fail(`--only does not know ${unknown}.`);
  const chosen = Object.keys(all).filter((key) => names.includes(key));
  return chosen.length > 0 ? chosen : Object.keys(all);
}

function fail(message) {
  console.error(`${message}\n\n${HELP}`);
  process.exit(1);
}
