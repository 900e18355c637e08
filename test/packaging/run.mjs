// npm run test:packaging: what is published works in hosts of both Nest versions and both module systems.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureBuilt } from '../../scripts/ensure-built.mjs';
import { PEERS, installHost, runHost } from './hosts.mjs';
import { packAndCheck } from './tarball.mjs';

ensureBuilt();
const folder = mkdtempSync(path.join(tmpdir(), 'tillhook-packaging-'));
try {
  const tarball = packAndCheck(folder);
  console.log(`${path.basename(tarball)} holds what it should and nothing else.`);
  for (const [index, [title, peers]] of Object.entries(PEERS).entries()) {
    const host = path.join(folder, `host-${index}`);
    installHost(host, tarball, peers);
    for (const type of ['module', 'commonjs']) {
      console.log(`${title}, "type": "${type}" …`);
      runHost(host, type);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log('The package works in every host.');
