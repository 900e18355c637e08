// Tests of an app that use nestjs-tillhook/testing under vitest, with each compiler that vitest may have.
import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PEERS, installHost } from './hosts.mjs';

const require = createRequire(import.meta.url);

/** The newest release of vitest that runs on Node 20. */
const VITEST = { vitest: '^4.1.12', '@nestjs/testing': '^12.0.0' };

const SETUPS = {
  'Vite 8': { packages: { vite: '^8.0.0' }, configs: ['metadata'] },
  'Vite 7': {
    packages: { vite: '^7.0.0', 'unplugin-swc': '^2.0.0', '@swc/core': '^1.16.22' },
    configs: ['swc', 'esbuild'],
  },
};

/** @param {string} folder an existing folder for the apps */
export function runVitest(folder, tarball) {
  for (const [title, { packages, configs }] of Object.entries(SETUPS)) {
    const host = path.join(folder, title.toLowerCase().replace(' ', '-'));
    installHost(host, tarball, { ...PEERS['Nest 12, newest peers'], ...VITEST, ...packages });
    cpSync(path.join(import.meta.dirname, 'vitest'), host, { recursive: true });
    run(host, require.resolve('typescript/bin/tsc'), '-p', '.');
    for (const config of configs) {
      console.log(`vitest on ${title}, ${config}.config.mjs …`);
      run(host, 'node_modules/vitest/vitest.mjs', 'run', '--config', `${config}.config.mjs`);
    }
  }
}

function run(cwd, ...args) {
  execFileSync(process.execPath, args, { cwd, stdio: 'inherit', timeout: 120_000 });
}
