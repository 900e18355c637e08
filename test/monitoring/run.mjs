// npm run test:monitoring: checks the dashboard and the alerts of monitoring/ with a real Prometheus that scrapes a host under load.
import assert from 'node:assert/strict';
import { fork, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureBuilt } from '../../scripts/ensure-built.mjs';
import { NOT_DURABLE, startPostgres } from '../../scripts/postgres.mjs';

const FOLDER = 'test/monitoring/dashboard';
const DASHBOARD = 'monitoring/grafana-dashboard.json';
const ALERTS = path.resolve('monitoring/alerts.yml');
/** How long events are emitted, and over how many seconds the queries look back. */
const [LOAD_SECONDS, RANGE_SECONDS] = [15, 10];
/** Grafana fills in these variables. */
const FILLED = { $__rate_interval: `${RANGE_SECONDS}s`, $job: '.*' };

const folder = mkdtempSync(path.join(tmpdir(), 'tillhook-monitoring-'));
const started = [];
let passed = 0;
try {
  installPrometheus();
  installDashboardTools();
  check('The dashboard is typed, and as its script makes it', checkDashboard);
  check('The alerts are valid', () => run('promtool', ['check', 'rules', ALERTS]));
  check('The alerts fire when they should', testAlerts);
  ensureBuilt();
  const prometheusUrl = await runLoad();
  for (const { title, expr } of queriesOfDashboard()) {
    const rows = await query(prometheusUrl, expr);
    check(`"${title}" shows data: ${expr}`, () => assert.ok(rows.some(isFinite), `${rows.length} rows`));
  }
  for (const expr of await metricsOfAlerts(prometheusUrl)) {
    const rows = await query(prometheusUrl, expr);
    check(`The alerts know the metric ${expr}`, () => assert.ok(rows.length > 0));
  }
} finally {
  for (const stop of started.reverse()) await stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${passed} passed, 0 failed`);

function check(title, work) {
  try {
    work();
  } catch (error) {
    console.error(`FAILED: ${title}`);
    throw error;
  }
  passed += 1;
}

function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${error ?? ''}${stdout}${stderr}`);
}

/** Installs Prometheus on Debian as root. Elsewhere it must be installed already. */
function installPrometheus() {
  if (spawnSync('promtool', ['--version']).status === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { env });
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'prometheus'], { env, stdio: 'inherit' });
  if (spawnSync('promtool', ['--version']).status === 0) return;
  console.error('The tests did not run: prometheus and promtool are not on the PATH.');
  process.exit(1);
}

function installDashboardTools() {
  const lock = readFileSync(path.join(FOLDER, 'package-lock.json'), 'utf8');
  const stamp = path.join(FOLDER, 'node_modules', '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: FOLDER });
  writeFileSync(stamp, lock);
}

function checkDashboard() {
  const script = path.join(FOLDER, 'dashboard.mjs');
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const strictness = ['--noEmit', '--allowJs', '--checkJs', '--strict', '--noImplicitAny', 'false'];
  const target = ['--module', 'nodenext', '--target', 'es2023', '--types', 'node', '--ignoreConfig'];
  run(process.execPath, [tsc, ...strictness, ...target, '--skipLibCheck', script]);
  const made = path.join(folder, 'dashboard.json');
  run(process.execPath, [script, made]);
  assert.deepEqual(
    JSON.parse(readFileSync(DASHBOARD, 'utf8')),
    JSON.parse(readFileSync(made, 'utf8')),
    `${DASHBOARD} is outdated: node ${script} ${DASHBOARD}`,
  );
}

function testAlerts() {
  const file = path.join(folder, 'alerts.test.yml');
  writeFileSync(file, readFileSync('test/monitoring/alerts.test.yml', 'utf8').replace('ALERTS', ALERTS));
  run('promtool', ['test', 'rules', file]);
}

/** Starts everything, and returns the address of a Prometheus that has scraped a host under load. */
async function runLoad() {
  const postgres = await startPostgres(NOT_DURABLE);
  started.push(postgres.stop);
  const receiverUrl = await startReceiver();
  const metricsPort = await freePort();
  const seconds = LOAD_SECONDS;
  const job = { databaseUrl: postgres.url, receiverUrl, metricsPort, seconds: seconds + 60 };
  // Its warnings about failed deliveries would hide what matters here.
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'];
  const host = fork('test/monitoring/host.mjs', [JSON.stringify(job)], { stdio });
  started.push(() => end(host));
  await new Promise((resolve, reject) => {
    host.once('message', resolve);
    host.once('exit', (code) => reject(new Error(`The host ended with ${code} before it had started.`)));
  });
  const prometheusUrl = await startPrometheus(metricsPort);
  await sleep(seconds * 1_000);
  return prometheusUrl;
}

/** Refuses every fifth request, so that each outcome occurs: with one retry, some deliveries fail. */
async function startReceiver() {
  let count = 0;
  const server = createHttpServer((request, response) => {
    request.resume().once('end', () => response.writeHead((count += 1) % 5 < 2 ? 500 : 204).end());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  started.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}/hook`;
}

async function startPrometheus(metricsPort) {
  const port = await freePort();
  const config = path.join(folder, 'prometheus.yml');
  const target = `{ job_name: shop, static_configs: [{ targets: ['127.0.0.1:${metricsPort}'] }] }`;
  writeFileSync(
    config,
    `global: { scrape_interval: 1s, evaluation_interval: 1s }\nrule_files: ['${ALERTS}']\nscrape_configs: [${target}]\n`,
  );
  const storage = `--storage.tsdb.path=${path.join(folder, 'data')}`;
  const address = `127.0.0.1:${port}`;
  const process = spawn(
    'prometheus',
    [`--config.file=${config}`, storage, `--web.listen-address=${address}`],
    {
      stdio: 'ignore',
    },
  );
  started.push(() => end(process));
  for (let tries = 0; tries < 100; tries += 1) {
    const response = await fetch(`http://${address}/-/ready`).catch(() => undefined);
    if (response?.ok) return `http://${address}`;
    await sleep(100);
  }
  throw new Error('Prometheus does not start.');
}

function queriesOfDashboard() {
  const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8'));
  const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
  assert.ok(queries.length > 20);
  return queries.map(({ title, expr }) => ({
    title,
    expr: Object.entries(FILLED).reduce((text, [name, value]) => text.replaceAll(name, value), expr),
  }));
}

/** The names of the metrics in the rules, as Prometheus has loaded them. */
async function metricsOfAlerts(prometheusUrl) {
  const { data } = await (await fetch(`${prometheusUrl}/api/v1/rules`)).json();
  const rules = data.groups.flatMap((group) => group.rules);
  assert.ok(rules.length > 5);
  assert.deepEqual(
    rules.filter(({ health }) => health !== 'ok'),
    [],
    'rules that could not be evaluated',
  );
  const withoutLabels = rules.map(({ query: text }) => text.replaceAll(/\bby \([^)]*\)|\{[^}]*\}/g, ''));
  return [...new Set(withoutLabels.flatMap((text) => text.match(/\btillhook_\w+/g)))];
}

async function query(prometheusUrl, expr) {
  const response = await fetch(`${prometheusUrl}/api/v1/query?${new URLSearchParams({ query: expr })}`);
  const { status, data, error } = await response.json();
  assert.equal(status, 'success', `${expr}: ${error}`);
  return data.result;
}

function isFinite({ value: [, text] }) {
  return Number.isFinite(Number(text));
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function end(child) {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
}
