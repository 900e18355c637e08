// npm run test:packaging: what is published works in hosts of both Nest versions and both module systems and in tests under vitest,
// and a newcomer gets from the README, or from docs/getting-started.md, to a first webhook. `node test/packaging/run.mjs hosts`,
// `vitest` or `walkthrough` runs that part only.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { ensureBuilt } from '../../scripts/ensure-built.mjs';
import { NOT_DURABLE, startPostgres } from '../../scripts/postgres.mjs';
import { PEERS, installHost, runCommandLine, runHost } from './hosts.mjs';
import { packAndCheck } from './tarball.mjs';
import { runVitest } from './vitest.mjs';
import { walkThrough } from './walkthrough.mjs';

const PAGES = ['README.md', 'docs/getting-started.md'];

/** The part that is to run; undefined: all of them. */
const only = process.argv[2];
const runs = (part) => only === undefined || only === part;

ensureBuilt();
const folder = mkdtempSync(path.join(tmpdir(), 'tillhook-packaging-'));
try {
  const tarball = packAndCheck(folder);
  console.log(`${path.basename(tarball)} holds what it should and nothing else.`);
  if (runs('hosts')) runHosts(tarball);
  if (runs('vitest')) runVitest(folder, tarball);
  if (runs('walkthrough')) await followPages(tarball);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log('The package works in every host.');

function runHosts(tarball) {
  for (const [index, [title, peers]] of Object.entries(PEERS).entries()) {
    const host = path.join(folder, `host-${index}`);
    installHost(host, tarball, peers, title.startsWith('Nest 12') ? 'pnpm' : 'npm');
    console.log(`${title}, npx tillhook …`);
    runCommandLine(host);
    for (const type of ['module', 'commonjs']) {
      console.log(`${title}, "type": "${type}" …`);
      runHost(host, type);
    }
  }
}

async function followPages(tarball) {
  const postgres = await startPostgres(NOT_DURABLE);
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  try {
    for (const nest of [11, 12]) {
      for (const [index, page] of PAGES.entries()) {
        const name = `walk_${nest}_${index}`;
        await client.query(`CREATE DATABASE ${name}`);
        const databaseUrl = new URL(postgres.url);
        databaseUrl.pathname = `/${name}`;
        await walkThrough({
          page,
          nest,
          folder: path.join(folder, name),
          tarball,
          databaseUrl: databaseUrl.href,
        });
      }
    }
  } finally {
    await client.end();
    await postgres.stop();
  }
}
