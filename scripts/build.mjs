// Builds the library twice (ESM and CommonJS) and the sample app once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ensurePortal } from './build-portal.mjs';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** Exits without a stack trace if the compiler fails, because the compiler has printed the errors. */
async function compile(project) {
  const [status] = await once(spawn(process.execPath, [tsc, '-p', project], { stdio: 'inherit' }), 'close');
  if (status !== 0) process.exit(1);
}

await ensurePortal();
for (const folder of ['dist', 'dist-sample']) rmSync(folder, { recursive: true, force: true });
await Promise.all(['tsconfig.esm.json', 'tsconfig.cjs.json'].map(compile));
mkdirSync('dist/cjs', { recursive: true });
writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');
await compile('tsconfig.sample.json');
// Written last, and outside the package: for scripts/ensure-built.mjs, this file means that the build is complete.
writeFileSync('dist-sample/.built', '');
